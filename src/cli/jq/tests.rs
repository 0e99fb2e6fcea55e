#![expect(clippy::unwrap_used, reason = "tests may panic")]

use std::process::Command;

use super::*;

/// Pieces of paths, of which every two and three in a row are tried in every kind of template.
const PIECES: &[&str] = &[
    ".ref",
    ".a-b",
    ".0",
    r".a\.b",
    ".*",
    ".é",
    "[*]",
    "[0]",
    "[-1]",
    "[+1]",
    "[-0]",
    "[1:2]",
    "['x']",
    "[\"x y\"]",
    "['it\\'s']",
    "[?(@.node==\"node-a\")]",
    "[?(@.n==1)]",
    "[?(@=='x')]",
    "[?(@.n>1)]",
    "[?(@.a['b']==\"c\")]",
    "[?(@.x==\"it's\")]",
    "[?(@[0]==true)]",
    "[?(@.x==null)]",
    "[?(@.x[*]==\"y\")]",
    "[?(@.x)]",
    "..",
    ".a,.b",
    ".and",
    ".end",
    "$",
    "@",
    ".",
    "[]",
    "[?()]",
    ".(",
    ".a b",
];

/// Every line that is printed at all is a program of jq.
#[test]
fn every_line_of_jq_parses() {
    let mut paths: Vec<String> = Vec::new();
    for first in PIECES {
        paths.push((*first).to_owned());
        for second in PIECES {
            paths.push(format!("{first}{second}"));
            paths.push(format!("{first}{second}[0]"));
            paths.push(format!(".items[*]{first}{second}"));
        }
    }
    let mut programs: Vec<String> = Vec::new();
    let mut general = 0;
    for path in &paths {
        for template in [
            format!("jsonpath={{{path}}}"),
            format!("jsonpath={{range {path}}}{{.ref}} \\( \" ' {{{path}}}{{end}}"),
            format!("jsonpath={{range {path}}}{{{path}}}{{\"\\n\"}}{{end}}"),
            format!("jsonpath-as-json={{{path}}}"),
            format!("go-template={{{{range {path}}}}}{{{{{path}}}}} {{{{end}}}}"),
            format!("custom-columns=A\":{path},B:{{{path}}}"),
        ] {
            match line(&template) {
                None => general += 1,
                Some(line) => {
                    let quoted = line.split_once('\'').unwrap().1;
                    let program = quoted.strip_suffix('\'').unwrap();
                    programs.push(program.replace(r"'\''", "'"));
                }
            }
        }
    }
    assert!(
        programs.len() > 5_000 && general > 5_000,
        "{} and {general}",
        programs.len()
    );
    programs.sort_unstable();
    programs.dedup();
    // A function is parsed whether it is called or not.
    for some in programs.chunks(200) {
        let functions = some.iter().enumerate();
        let functions = functions.map(|(at, program)| format!("def f{at}: {program};\n"));
        let whole = format!("{}.", functions.collect::<String>());
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), whole).unwrap();
        let mut jq = Command::new("jq");
        jq.arg("-n").arg("-f").arg(file.path());
        let parsed = jq.output().unwrap();
        let said = String::from_utf8_lossy(&parsed.stderr);
        assert!(parsed.status.success(), "{said}");
    }
}
