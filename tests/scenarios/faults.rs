//! Faults of `standards.md` §2.1 over the whole process; those of the worker alone stand in `worker/tests`.

mod a_flipped_bit;
mod an_older_backup;
mod the_clock_jumps;
mod the_database_dies;
mod the_host_is_lost;
mod the_line_is_cut_at_commit;
mod the_process_stands_still;
