//! The names of alarms and what to do about each, for people.

use super::AlarmKind;
use crate::text::Text;

impl AlarmKind {
    /// Its name, for people.
    pub fn name(self) -> Text {
        let (ja, en) = match self {
            Self::WorkerSilent => ("録音装置が応答しません", "A recorder does not respond"),
            Self::ConnectionSilent => ("交換機から何も届きません", "An exchange is silent"),
            Self::SpoolFilling => {
                ("録音装置の一時保管が残り少なくなっています", "A recorder's disk is filling up")
            }
            Self::SealingBehind => ("録音の封印が遅れています", "Sealing is behind"),
            Self::TailsBehind => (
                "録音中の内容が録音装置の外に写されていません",
                "What is being recorded is on one machine alone",
            ),
            Self::SpoolKeyMissing => {
                ("録音装置の一時保管に専用の鍵がありません", "A recorder's spool has no key of its own")
            }
            Self::CallsRefused => ("通話を受けられていません", "Calls are being turned away"),
            Self::RegistrationLost => ("交換機への登録が切れています", "A registration is lost"),
            Self::ExpectedCallMissing => ("録音が見つからない通話があります", "Expected calls are missing"),
            Self::CanaryMissing => ("確認用の通話が届いていません", "The test call did not come"),
            Self::CallsFailing => ("録音を残せない通話が続いています", "Calls cannot be kept"),
            Self::ClocksDisagree => {
                ("時計が合わないため消去を止めています", "Clocks disagree: nothing is destroyed")
            }
            Self::DestructionStopped => (
                "ふだんより多い消去が確認を待っています",
                "An unusually large destruction waits for a person",
            ),
            Self::DestructionLate => ("消去が遅れています", "Destruction is late"),
            Self::MediaBroken => ("検査に通らない録音があります", "Recordings did not pass their check"),
            Self::StoreMismatch => ("保管物と台帳が一致しません", "Store and register do not agree"),
            Self::StoreFull => ("保存容量が足りません", "The store is full"),
        };
        Text::new(ja, en)
    }

    /// What it means and what to do, in one or two sentences.
    pub fn advice(self) -> Text {
        let (ja, en) = match self {
            Self::WorkerSilent => (
                "この間の通話は録音されません。運用の担当者に、録音装置が動いているか確認してください。",
                "Calls of this time are not recorded. Ask operations whether the recorder is running.",
            ),
            Self::ConnectionSilent => (
                "交換機が動いているか、録音の送り先と接続元の設定が変わっていないかを、交換機の担当者に確認してください。",
                "Ask whoever keeps the exchange whether it runs and still sends its recordings here.",
            ),
            Self::SpoolFilling => (
                "いっぱいになると新しい通話を受けられません。保存先と鍵管理サービスに届くかを確認してください。",
                "Once it is full new calls are turned away. Check that the store and the key service can be reached.",
            ),
            Self::SealingBehind => (
                "録音は録音装置の中にあり、失われていません。保存先・鍵管理サービス・データベースに届くかを確認してください。",
                "The recordings lie safely on the recorder. Check that store, key service and database can be reached.",
            ),
            Self::TailsBehind => (
                "録音は続いていますが、いまこの装置が失われると、録音中の通話も失われます。保存先に届くかを確認してください。",
                "Recording goes on, but if this machine were lost now its live calls would be lost with it. Check that the store can be reached.",
            ),
            Self::SpoolKeyMissing => (
                "録音は続いていますが、装置が止まると、封印前の録音を開くのに人手が要ります。鍵管理サービスの基盤の鍵を確認してください。",
                "Recording goes on, but after a crash somebody would have to help open what is not sealed yet. Check the cell's key in the key service.",
            ),
            Self::CallsRefused => (
                "直近15分に受けられなかった通話があります。接続の画面で理由を確認してください。",
                "Calls of the last 15 minutes were turned away. The connections page says why.",
            ),
            Self::RegistrationLost => (
                "登録の識別情報とパスワードが変わっていないかを確認してください。",
                "Check whether the account and its password still hold.",
            ),
            Self::ExpectedCallMissing => (
                "CDR照合の画面で、原因と通話を確認してください。",
                "The page on expected calls shows each one and its cause.",
            ),
            Self::CanaryMissing => (
                "確認用の発信が止まっていないか、交換機から録音が送られているかを確認してください。",
                "Check whether the test call is still placed, and whether the exchange sends it here.",
            ),
            Self::CallsFailing => (
                "通話は届いていますが、音声が届いていません。交換機の設定と、通信の遮断がないかを確認してください。",
                "Calls come without their sound. Check the exchange's settings and firewalls.",
            ),
            Self::ClocksDisagree => (
                "録音装置とデータベースの時刻、時刻同期を確認してください。合うまで何も消去されません。",
                "Check the time on the recorder and the database, and their synchronisation. Until they agree nothing is destroyed.",
            ),
            Self::DestructionStopped => (
                "「自動処理」の画面で件数と内訳を確認し、正しければ続行を指示してください。指示があるまで消去しません。",
                "Look at the numbers on the jobs page and let it go on if they are right. Nothing is destroyed until then.",
            ),
            Self::DestructionLate => (
                "期限を過ぎた録音は再生できませんが、まだ保管先に残っています。保管先と鍵の保管先に届くかを確認してください。",
                "What is over cannot be played, but is still in the store. Check that store and key store can be reached.",
            ),
            Self::MediaBroken => (
                "保管された内容が封印時と異なるため、再生を止めています。保管先の障害や改ざんがないか調べてください。",
                "What is stored is not what was sealed, so it is not played. Look for damage to the store, or tampering.",
            ),
            Self::StoreMismatch => (
                "台帳にある録音が保管先にないか、消去したはずのものが現れました。保管先の操作記録を確認してください。",
                "Something of the register is not in the store, or what was erased came back. Look at the store's own log.",
            ),
            Self::StoreFull => (
                "残りは保全中か最短の保存期間内で、消去できません。容量を増やすか、保全を見直してください。",
                "What is left is held or within its shortest period. Enlarge the store, or look at the holds.",
            ),
        };
        Text::new(ja, en)
    }
}
