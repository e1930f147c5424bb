//! What is doubtful about a call's facts, in words a clerk understands.

use rokuon_policy::text::Text;
use rokuon_sip::siprec::doubt::Doubt;

use super::speakers::Unproved;

/// The metadata's oddity in both languages; technical detail stays with the sealed original.
pub fn metadata_doubt(doubt: &Doubt) -> Text {
    match doubt {
        Doubt::TooLarge | Doubt::TooDeep | Doubt::TooManyNodes => Text::new(
            "交換機が送った通話情報が大きすぎるため、一部を読み取っていません。",
            "The call details sent by the exchange were too large; part of them was not read.",
        ),
        Doubt::DoctypeRefused | Doubt::NoRoot | Doubt::OtherRoot(_) => Text::new(
            "交換機が送った通話情報の形式が分からず、読み取れませんでした。",
            "The call details sent by the exchange were of an unknown form and could not be read.",
        ),
        Doubt::NotUtf8 | Doubt::NotWellFormed(_) => Text::new(
            "交換機が送った通話情報が壊れていたため、読み取れた範囲だけを示しています。",
            "The call details sent by the exchange were damaged; only what could be read is shown.",
        ),
        Doubt::OtherNamespace(_) | Doubt::UnknownDataMode(_) | Doubt::MissingId(_) => Text::new(
            "交換機が送った通話情報は、標準の形式と異なります。",
            "The call details sent by the exchange differ from the standard form.",
        ),
        Doubt::UnknownParticipant(_) | Doubt::UnknownStream(_) => Text::new(
            "交換機が送った通話情報の中に、食い違いがあります。",
            "The call details sent by the exchange contradict themselves.",
        ),
    }
}

/// No metadata came at all.
pub fn no_metadata() -> Text {
    Text::new(
        "交換機から通話情報が届いていません。相手や回線は確かめられていません。",
        "The exchange sent no call details; the parties and the line are not confirmed.",
    )
}

/// Who speaks on which channel is not proved by the labels, and why.
pub fn channel_unproved(why: Unproved) -> Text {
    match why {
        Unproved::NoAssociation => Text::new(
            "どちらの音声が誰のものか証明できません：通話情報に、話者と音声の対応がありません。",
            "It is not proved which voice is whose: the call details join a speaker to no stream.",
        ),
        Unproved::LabelNotOffered => Text::new(
            "どちらの音声が誰のものか証明できません：通話情報のラベルが、送られた音声のどれにもありません。",
            "It is not proved which voice is whose: the call details name a label that no stream carries.",
        ),
        Unproved::NoLabel => Text::new(
            "どちらの音声が誰のものか証明できません：送られた音声にラベルがありません。",
            "It is not proved which voice is whose: a stream carries no label.",
        ),
        Unproved::LabelTwice => Text::new(
            "どちらの音声が誰のものか証明できません：二つの音声に同じラベルが付いています。",
            "It is not proved which voice is whose: two streams carry the same label.",
        ),
        Unproved::SharedStream => Text::new(
            "どちらの音声が誰のものか証明できません：通話情報では、一つの音声で複数の人が話しています。",
            "It is not proved which voice is whose: by the call details several speak on one stream.",
        ),
    }
}

/// More than two speak on channels of their own.
pub fn more_channels() -> Text {
    Text::new(
        "三人以上の音声が別々のチャンネルに録音されています。",
        "More than two voices are recorded, each on a channel of its own.",
    )
}

/// Several calls share one recording session.
pub fn several_calls() -> Text {
    Text::new(
        "交換機が複数の通話を一つの録音として送りました。",
        "The exchange sent several calls as one recording.",
    )
}

/// The line was not found and the connection's usual line is assumed.
pub fn default_line_assumed() -> Text {
    Text::new(
        "回線を確かめられないため、この接続の既定の回線として扱っています。",
        "The line could not be confirmed; the connection's usual line is assumed.",
    )
}

/// The line is not known.
pub fn line_unknown() -> Text {
    Text::new(
        "回線を確かめられません。全部署を見られる人だけに表示されます。",
        "The line could not be confirmed; only people who may see every department see this recording.",
    )
}

/// The call was live when the program stopped.
pub fn interrupted() -> Text {
    Text::new(
        "通話中に録音装置が停止し、再開しました。欠けた区間は一覧にあります。",
        "The recorder stopped and started again during the call; what is missing is listed as a gap.",
    )
}

/// The host that recorded the call was lost before it ended, and another one sealed what had been copied.
pub fn truncated() -> Text {
    Text::new(
        "通話中に録音装置が失われたため、この録音は途中で終わっています。失われる前の数秒から通話の終わりまでは残っていません。",
        "The recorder was lost during the call, so this recording ends early: the last seconds before that and the rest of the call are missing.",
    )
}
