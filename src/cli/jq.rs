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

/// What stands where a field is absent.
#[derive(Clone, Copy)]
enum Absent {
    /// Nothing, as kubectl's JSONPath has it.
    Empty,
    /// `<no value>`, as Go has it.
    NoValue,
}

/// The command behind `-o json |` that prints what kubectl would; none where that cannot be told.
pub(super) fn line(format: &str) -> Option<String> {
    let (word, template) = format.split_once('=')?;
    let (flags, program) = match word {
        "jsonpath" => printed(&json_path(template)?, Absent::Empty)?,
        "jsonpath-as-json" => match json_path(template)?.as_slice() {
            [Part::Value(path)] => ("", format!("[{path} | values]")),
            _ => return None,
        },
        "go-template" | "template" => printed(&go_template(template)?, Absent::NoValue)?,
        "custom-columns" => ("-r ", columns(template)?),
        _ => return None,
    };
    Some(format!("jq {flags}'{}'", program.replace('\'', r"'\''")))
}

/// The flags and the program for the parts of a template.
fn printed(parts: &[Part], absent: Absent) -> Option<(&'static str, String)> {
    match (parts, absent) {
        ([Part::Value(path)], Absent::Empty) => Some(("-rc ", format!("{path} | values"))),
        ([Part::Value(path)], Absent::NoValue) => Some(("-rc ", absent.value(path))),
        ([Part::Range(each), body @ .., Part::End], _) => {
            let (flags, body) = joined(body, absent)?;
            Some((flags, format!("{each} | {body}")))
        }
        (parts, _) => joined(parts, absent),
    }
}

/// Texts and values one behind another. jq ends each output with a line break of its own.
fn joined(parts: &[Part], absent: Absent) -> Option<(&'static str, String)> {
    let (flags, parts) = match parts {
        [Part::Value(path), Part::Text(end)] if end == "\n" => {
            return Some(("-rc ", absent.value(path)));
        }
        [parts @ .., Part::Text(end)] if end == "\n" => ("-r ", parts),
        parts => ("-j ", parts),
    };
    let mut text = String::new();
    for part in parts {
        match part {
            Part::Text(plain) => text.push_str(&escaped(plain)),
            Part::Value(path) => text.push_str(&format!("\\({})", absent.value(path))),
            Part::Range(_) | Part::End => return None,
        }
    }
    (!parts.is_empty()).then(|| (flags, format!("\"{text}\"")))
}

impl Absent {
    /// Exactly one value in every case: false is one, so that `//` would not do. Several are parted by blanks.
    fn value(self, path: &str) -> String {
        match self {
            Self::Empty if path.contains("[]") => {
                format!("[{path} | values | tostring] | join(\" \")")
            }
            Self::Empty => format!("first({path}, \"\" | values)"),
            Self::NoValue => format!("first({path}, \"<no value>\" | values)"),
        }
    }
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
        return Some(vec![Part::Value(relaxed(template)?)]);
    }
    parts(template, "{", "}", |code| match code.split_once(' ') {
        _ if code == "end" => Some(Part::End),
        Some(("range", each)) => path(each.trim()).map(Part::Range),
        _ if code.starts_with(['"', '\'']) => text(&code.replace('\'', "\"")),
        _ => path(code).map(Part::Value),
    })
}

/// A path as kubectl forgives it: without braces, and without its dot.
fn relaxed(text: &str) -> Option<String> {
    let inner = text.strip_prefix('{').map(|it| it.strip_suffix('}'));
    let text = inner.unwrap_or(Some(text))?;
    match text {
        "" => None,
        _ if text.starts_with(['.', '[', '$', '@']) => path(text),
        _ => path(&format!(".{text}")),
    }
}

/// `{{range .items}}{{.ref}}{{"\n"}}{{end}}`
fn go_template(template: &str) -> Option<Vec<Part>> {
    // Here a path has only fields, whose names are plain.
    let fields = |text: &str| {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
        text.chars().all(plain).then(|| path(text)).flatten()
    };
    parts(template, "{{", "}}", |code| match code.split_once(' ') {
        _ if code == "end" => Some(Part::End),
        Some(("range", each)) => Some(Part::Range(format!("{}[]?", fields(each.trim())?))),
        _ if code.starts_with('"') => text(code),
        _ => fields(code).map(Part::Value),
    })
}

/// A text in quotes.
fn text(quoted: &str) -> Option<Part> {
    serde_json::from_str(quoted).ok().map(Part::Text)
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
        parts.push(of_code(code.trim())?);
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
        cells.push(format!("cell({})", relaxed(cell)?));
    }
    let (heads, cells) = (heads.join(", "), cells.join(", "));
    // What is a list stands in one cell.
    let cell = "def cell(f): [f | values | if type == \"array\" then .[] else . end | tostring] | join(\",\") | \
                if . == \"\" then \"<none>\" else . end;";
    Some(format!("{cell} [{heads}], (.items[]? | [{cells}]) | @tsv"))
}

/// A path of JSONPath as one of jq: steps, and tests between bars.
fn path(text: &str) -> Option<String> {
    let mut rest = text.strip_prefix(['$', '@']).unwrap_or(text);
    if matches!(text, "." | "@" | "$") {
        return Some(".".to_owned());
    }
    let mut pipeline = vec![String::new()];
    while !rest.is_empty() {
        let (step, behind) = match rest.strip_prefix('[') {
            Some(inner) => {
                let (inner, behind) = inner.split_once(']')?;
                (subscript(inner)?, behind)
            }
            None => {
                let (name, behind) = field(rest.strip_prefix('.')?);
                (named(&name)?, behind)
            }
        };
        match step {
            Step::Path(step) => pipeline.last_mut()?.push_str(&step),
            Step::Test(test) => {
                pipeline.last_mut()?.push_str("[]?");
                pipeline.extend([test, String::new()]);
            }
        }
        rest = behind;
    }
    pipeline.retain(|part| !part.is_empty());
    let parts = pipeline.iter().map(|part| match part.starts_with('[') {
        true => format!(".{part}"),
        false => part.clone(),
    });
    (!pipeline.is_empty()).then(|| parts.collect::<Vec<_>>().join(" | "))
}

/// A step of a path.
enum Step {
    Path(String),
    /// What each value must pass.
    Test(String),
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

fn named(name: &str) -> Option<Step> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let foreign = |c: char| c.is_whitespace() || "()\"'|,]{}$@".contains(c);
    match name {
        "" => None,
        "*" => Some(Step::Path("[]?".to_owned())),
        name if name.contains(foreign) => None,
        name if name.starts_with(|c: char| c.is_ascii_digit()) || !name.chars().all(plain) => {
            Some(Step::Path(format!("[\"{}\"]", escaped(name))))
        }
        name => Some(Step::Path(format!(".{name}"))),
    }
}

/// `*`, `0`, `-1`, `'name'`, `?(@.kind=="Pod")`
fn subscript(inner: &str) -> Option<Step> {
    if inner == "*" {
        return Some(Step::Path("[]?".to_owned()));
    }
    if let Ok(index) = inner.parse::<i32>() {
        return Some(Step::Path(format!("[{index}]")));
    }
    if let Some(test) = inner.strip_prefix("?(") {
        let (left, right) = test.strip_suffix(')')?.split_once("==")?;
        let left = path(left.trim())?;
        let right = right.trim().replace('\'', "\"");
        let plain = serde_json::from_str::<serde_json::Value>(&right).ok()?;
        // kubectl compares one value with another, and knows texts, numbers and booleans.
        let comparable = !left.contains("[]") && !plain.is_null() && !right.starts_with(['[', '{']);
        return comparable.then(|| Step::Test(format!("select({left} == {plain})")));
    }
    let name = inner.strip_prefix(['"', '\''])?.strip_suffix(['"', '\''])?;
    (!name.contains(['"', '\''])).then(|| Step::Path(format!("[\"{}\"]", escaped(name))))
}

#[cfg(test)]
mod tests;
