//! `rokuon status`: what runs on a data directory, and whether it is ready.
#![allow(clippy::print_stdout)] // the status is what the command is for

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::ExitCode;
use std::time::Duration;

use crate::arguments::Place;
use crate::failure::Failure;
use crate::run_file;
use crate::settings::default_data_dir;

/// Prints the addresses; fails when nothing runs or it is not ready.
pub fn run(place: Place) -> Result<ExitCode, Failure> {
    let data_dir = place.data_dir.map_or_else(default_data_dir, Ok)?;
    let running = run_file::find(&data_dir)?;
    println!("{}  pid {}  since {}", data_dir.display(), running.pid, running.started_at.to_rfc3339());
    for address in &running.sip {
        println!("SIP     {address}");
    }
    let Some(http) = running.http else { return Ok(ExitCode::SUCCESS) };
    println!("portal  {http}/");
    if is_ready(&http) {
        println!("ready");
        return Ok(ExitCode::SUCCESS);
    }
    println!("not ready");
    Ok(ExitCode::FAILURE)
}

/// Whether `/readyz` answers 200.
fn is_ready(http: &str) -> bool {
    let Some(address) = http.strip_prefix("http://").and_then(|address| address.parse().ok()) else {
        return false;
    };
    let patience = Duration::from_secs(3);
    let Ok(mut stream) = TcpStream::connect_timeout(&address, patience) else { return false };
    let _untimed = stream.set_read_timeout(Some(patience));
    let mut answer = String::new();
    let asked = stream.write_all(
        format!("GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").as_bytes(),
    );
    asked.is_ok() && stream.read_to_string(&mut answer).is_ok() && answer.starts_with("HTTP/1.1 200")
}
