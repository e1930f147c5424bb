//! What can be typed after `rokuon`.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use rokuon_policy::ids::TenantId;

use crate::settings::Layer;

/// 通話録音基盤 Rokuon / Rokuon, call recording under each municipality's own ordinance
#[derive(Debug, Parser)]
#[command(name = "rokuon", version, arg_required_else_help = true)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// すべてを一つのプロセスで動かす / run everything in one process, on embedded defaults
    Up(Chosen),
    /// APIとポータルだけを動かす / run the API and the portal only
    Api(Chosen),
    /// 録音ワーカーだけを動かす / run media capture and background jobs only
    Worker(Chosen),
    /// 保存と消去の処理だけを動かす / run the jobs that keep and destroy, and record nothing
    Jobs(Chosen),
    /// データベースを最新の形にする / bring the database to the newest form
    Migrate(Chosen),
    /// OpenAPI文書を出す / print the OpenAPI document
    Openapi {
        /// Write it to this file.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// 規程ファイル / policy files
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// 団体 / tenants
    #[command(subcommand)]
    Tenant(TenantCommand),
    /// S3のバケットとKMSの鍵 / buckets of S3 and keys of KMS
    #[command(subcommand)]
    Storage(StorageCommand),
    /// バックアップから復元したデータベースを、消去や保全の控えと比べて整える / compare a restored database with what was done since
    #[command(subcommand)]
    Restore(RestoreCommand),
    /// 消去証明書を検証する（オフライン） / check certificates of destruction, without any service
    Verify {
        /// The certificates: signed notes.
        #[arg(required = true, value_name = "CERTIFICATE")]
        certificates: Vec<PathBuf>,
        /// The signer's verification key (`name+hash+base64`), or a file that holds it: `signing-key.pub` of the data directory.
        #[arg(long)]
        key: String,
    },
    /// 動いているものの様子 / what is running here
    Status(Place),
}

/// Commands on policy files.
#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// 規程ファイルの誤りをすべて示す / explain every mistake with file, line and article
    Check {
        /// The files.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
}

/// Commands on a customer's buckets and keys.
#[derive(Debug, Subcommand)]
pub enum StorageCommand {
    /// バケットを作り、規程から作ったライフサイクル規則を書く / make the buckets and write the rules made from the policies
    Apply {
        /// Every policy file whose recordings lie or will lie there, former versions included.
        #[arg(long = "policy", value_name = "FILE", required = true, num_args = 1..)]
        policies: Vec<PathBuf>,
        /// Where the buckets are.
        #[command(flatten)]
        chosen: Chosen,
    },
    /// バケットと鍵を調べ、頼りにしていることを実際に試す / compare the buckets and keys, and try what we rely on
    Check {
        /// Every policy file whose recordings lie or will lie there, former versions included.
        #[arg(long = "policy", value_name = "FILE", required = true, num_args = 1..)]
        policies: Vec<PathBuf>,
        /// The tenant whose key is tried.
        #[arg(long)]
        tenant: TenantId,
        /// Where the buckets are.
        #[command(flatten)]
        chosen: Chosen,
    },
}

/// Commands after a restore from a backup (docs/backup.md). Nothing else may run meanwhile.
#[derive(Debug, Subcommand)]
pub enum RestoreCommand {
    /// 復元したデータベースを比べるだけで、何も変えない / compare, and change nothing
    Check {
        /// Where the restored database and the stores are.
        #[command(flatten)]
        chosen: Chosen,
    },
    /// 比べた結果のとおりに整え、処理を再開できるようにする / carry out what the comparison found; jobs may run from then on
    Finish {
        /// Sets this many recordings aside whose key or media is missing without a reason. More than a few of them mean, as a rule, that
        /// these are not the stores of this database.
        #[arg(long, value_name = "COUNT")]
        missing_accepted: Option<usize>,
        /// Where the restored database and the stores are.
        #[command(flatten)]
        chosen: Chosen,
    },
}

/// Commands on tenants.
#[derive(Debug, Subcommand)]
pub enum TenantCommand {
    /// 団体を登録または更新する / load a tenant, or bring it up to date; initial passwords are printed once, as JSON
    Add {
        /// Its policy file.
        #[arg(long)]
        policy: PathBuf,
        /// Its register: departments, lines, people, connections.
        #[arg(long)]
        register: PathBuf,
        /// Where the platform lives.
        #[command(flatten)]
        place: Place,
    },
}

/// Settings as chosen on the command line, with the file that holds the rest.
#[derive(Debug, Args)]
pub struct Chosen {
    /// Read settings from this file first (see the commented default file).
    #[arg(long, env = "ROKUON_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The settings themselves.
    #[command(flatten)]
    pub layer: Layer,
}

/// How a command finds a running platform.
#[derive(Debug, Args)]
pub struct Place {
    /// The data directory of the running platform.
    #[arg(long, env = "ROKUON_DATA_DIR", value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Its database, when it is not on this machine.
    #[arg(long, env = "ROKUON_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub database_url: Option<String>,
}
