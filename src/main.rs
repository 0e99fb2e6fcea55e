//! The binary: a command line in, an exit code out.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(calicoq::run::run(std::env::args_os()).code())
}
