//! The whole platform as a person meets it: real process, real SIP and RTP, real HTTP.

#[path = "../harness/mod.rs"]
mod harness;

mod a_hundred_calls_are_kept_bit_for_bit;
mod abuse;
mod any_siprec_client_is_recorded;
mod certificates_are_checked_by_anybody;
mod faults;
mod gstreamer_is_a_source_of_sound;
mod jobs_run_alone;
mod kept_on_s3_and_kms;
mod killed_in_mid_call_loses_little;
mod only_listed_lines_are_kept;
mod plain_calls_by_baresip;
mod protected_calls;
mod recording_by_hand;
mod registration_with_a_cloud_pbx;
mod rules_change_by_two_persons;
mod siprec_call_can_be_played;
mod tenant_matrix;
mod the_platform_stops_and_goes_on;
mod vendor_shapes;
mod which_calls_ought_to_exist;
mod whip_publishers;
