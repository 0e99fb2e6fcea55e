//! kubectl's templates as programs of jq: JSONPath, Go templates and columns, as far as they only pick and join.

/// A part of a template.
enum Part {
    Text(String),
    /// What a path of jq gives.
    Value(String),
    /// Each of what a path gives, up to the end.
    Range(String),
    End,
}

/// Forms of output that are templates of kubectl.
const TEMPLATES: [&str; 9] = [
    "jsonpath",
    "jsonpath-as-json",
    "jsonpath-file",
    "go-template",
    "go-template-file",
    "template",
    "templatefile",
    "custom-columns",
    "custom-columns-file",
];

/// Whether a word names a template of kubectl, with its text or without.
pub(super) fn is_template(word: &str) -> bool {
    TEMPLATES.contains(&word.split('=').next().unwrap_or_default())
}

/// The command behind `-o json |` that prints what kubectl would; none where that cannot be told.
pub(super) fn line(format: &str) -> Option<String> {
    let (word, template) = format.split_once('=')?;
    let (flag, program) = match word {
        "jsonpath" => printed(&json_path(template)?)?,
        "jsonpath-as-json" => match json_path(template)?.as_slice() {
            [Part::Value(path)] => ("", format!("[{path}]")),
            _ => return None,
        },
        "go-template" | "template" => printed(&go_template(template)?)?,
        "custom-columns" => ("-r ", columns(template)?),
        _ => return None,
    };
    Some(format!("jq {flag}'{}'", program.replace('\'', r"'\''")))
}

/// The flag and the program for the parts of a template.
fn printed(parts: &[Part]) -> Option<(&'static str, String)> {
    match parts {
        [Part::Value(path)] => Some(("-r ", path.clone())),
        [Part::Range(each), body @ .., Part::End] => {
            let (flag, body) = joined(body)?;
            let program = match body.strip_prefix('.') {
                Some(rest) if rest.starts_with(|c: char| c.is_alphabetic()) => {
                    format!("{each}{body}")
                }
                _ => format!("{each} | {body}"),
            };
            Some((flag, program))
        }
        parts => joined(parts),
    }
}

/// Texts and values one behind another. jq ends each output with a line break of its own.
fn joined(parts: &[Part]) -> Option<(&'static str, String)> {
    let (flag, parts) = match parts {
        [Part::Value(path), Part::Text(end)] if end == "\n" => return Some(("-r ", path.clone())),
        [parts @ .., Part::Text(end)] if end == "\n" => ("-r ", parts),
        parts => ("-j ", parts),
    };
    let mut text = String::new();
    for part in parts {
        match part {
            Part::Text(plain) => text.push_str(&escaped(plain)),
            // Several values would give every combination of them.
            Part::Value(path) if !path.contains("[]") => text.push_str(&format!("\\({path})")),
            _ => return None,
        }
    }
    (!parts.is_empty()).then(|| (flag, format!("\"{text}\"")))
}

/// As it stands inside a string of jq.
fn escaped(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    let inner = quoted.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
    inner.unwrap_or_default().to_owned()
}

// === kubectl's languages ===

/// `{range .items[*]}{.ref}{"\n"}{end}`
fn json_path(template: &str) -> Option<Vec<Part>> {
    if !template.contains('{') {
        // kubectl forgives missing braces, and a missing dot.
        let dot = if template.starts_with(['.', '[', '$']) {
            ""
        } else {
            "."
        };
        return Some(vec![Part::Value(path(&format!("{dot}{template}"))?)]);
    }
    parts(template, "{", "}", |code| match code.split_once(' ') {
        _ if code == "end" => Some(Part::End),
        Some(("range", each)) => path(each.trim()).map(Part::Range),
        _ => path(code).map(Part::Value),
    })
}

/// `{{range .items}}{{.ref}}{{"\n"}}{{end}}`
fn go_template(template: &str) -> Option<Vec<Part>> {
    parts(template, "{{", "}}", |code| match code.split_once(' ') {
        _ if code == "end" => Some(Part::End),
        Some(("range", each)) => path(each.trim()).map(|each| Part::Range(format!("{each}[]"))),
        // Here a path has only fields.
        _ if code.contains(['[', '$', '@', '*']) => None,
        _ => path(code).map(Part::Value),
    })
}

fn parts(
    template: &str,
    open: &str,
    close: &str,
    of_code: impl Fn(&str) -> Option<Part>,
) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    let mut rest = template;
    while let Some((text, behind)) = rest.split_once(open) {
        parts.extend((!text.is_empty()).then(|| Part::Text(text.to_owned())));
        let (code, behind) = behind.split_once(close)?;
        let code = code.trim();
        parts.push(match code.strip_prefix(['"', '\'']) {
            Some(_) => Part::Text(serde_json::from_str(&code.replace('\'', "\"")).ok()?),
            None => of_code(code)?,
        });
        rest = behind;
    }
    parts.extend((!rest.is_empty()).then(|| Part::Text(rest.to_owned())));
    Some(parts)
}

/// `NAME:.ref,NODE:.node`, of each item.
fn columns(template: &str) -> Option<String> {
    let (mut heads, mut cells) = (Vec::new(), Vec::new());
    for column in template.split(',') {
        let (head, cell) = column.split_once(':')?;
        heads.push(format!("\"{}\"", escaped(head)));
        let cell = path(cell)?;
        cells.push(match cell.contains("[]") {
            true => format!("([{cell}] | join(\",\"))"),
            false => cell,
        });
    }
    let (heads, cells) = (heads.join(", "), cells.join(", "));
    // What is a list stands in one cell.
    let rows = format!(".items[] | [{cells}] | map(arrays |= join(\",\"))");
    Some(format!("[{heads}], ({rows}) | @tsv"))
}

/// A path of JSONPath as one of jq.
fn path(text: &str) -> Option<String> {
    let mut rest = text.strip_prefix(['$', '@']).unwrap_or(text);
    let mut made = String::new();
    while !rest.is_empty() {
        let (step, behind) = match rest.strip_prefix('[') {
            Some(inner) => {
                let (inner, behind) = inner.split_once(']')?;
                (subscript(inner)?, behind)
            }
            None => {
                let name = rest.strip_prefix('.')?;
                let (name, behind) = field(name);
                (named(&name)?, behind)
            }
        };
        made.push_str(&step);
        rest = behind;
    }
    match made.as_str() {
        "" if text == "." || text == "@" || text == "$" => Some(".".to_owned()),
        "" => None,
        made if made.starts_with('[') => Some(format!(".{made}")),
        made => Some(made.to_owned()),
    }
}

/// A field's name, in which a backslash takes the next character as it is, and what stands behind it.
fn field(text: &str) -> (String, &str) {
    let mut name = String::new();
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '.' | '[' => return (name, text.get(at..).unwrap_or_default()),
            '\\' => name.extend(letters.next().map(|(_, letter)| letter)),
            letter => name.push(letter),
        }
    }
    (name, "")
}

fn named(name: &str) -> Option<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    match name {
        "" => None,
        "*" => Some("[]".to_owned()),
        name if name.contains(['(', ' ', '"', '|']) => None,
        name if name.starts_with(|c: char| c.is_ascii_digit()) || !name.chars().all(plain) => {
            Some(format!("[\"{}\"]", escaped(name)))
        }
        name => Some(format!(".{name}")),
    }
}

/// `*`, `0`, `-1`, `'name'`, `?(@.kind=="Pod")`
fn subscript(inner: &str) -> Option<String> {
    if inner == "*" {
        return Some("[]".to_owned());
    }
    if inner.parse::<i64>().is_ok() {
        return Some(format!("[{inner}]"));
    }
    if let Some(test) = inner
        .strip_prefix("?(")
        .and_then(|test| test.strip_suffix(')'))
    {
        let (left, right) = test.split_once("==")?;
        let right = right.trim().replace('\'', "\"");
        let plain = serde_json::from_str::<serde_json::Value>(&right).ok()?;
        return Some(format!("[] | select({} == {plain}) | ", path(left.trim())?));
    }
    let name = inner.strip_prefix(['"', '\''])?.strip_suffix(['"', '\''])?;
    (!name.contains(['"', '\''])).then(|| format!("[\"{}\"]", escaped(name)))
}
