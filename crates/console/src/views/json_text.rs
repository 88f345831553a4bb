//! JSON for people: one member a line, with its strings and names marked. The order of the members is that of the text.

/// A piece of the text, and what it is: `name`, `string`, or nothing in particular.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonPart {
    pub class: &'static str,
    pub text: String,
}

/// The pieces of a JSON text, indented. Other text is one piece, as it is.
pub fn pretty(text: &str) -> Vec<JsonPart> {
    if serde_json::from_str::<serde::de::IgnoredAny>(text).is_err() {
        return vec![JsonPart { class: "", text: text.to_owned() }];
    }
    let mut parts: Vec<JsonPart> = Vec::new();
    let mut depth = 0_usize;
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = token(rest);
        let (word, after) = rest.split_at(length);
        rest = after.trim_start();
        let closes = |rest: &str| rest.starts_with(['}', ']']);
        match first {
            '"' if rest.starts_with(':') => add(&mut parts, "name", word),
            '"' => add(&mut parts, "string", word),
            '{' | '[' if closes(rest) => {
                add(&mut parts, "", word);
                add(&mut parts, "", &rest[..1]);
                rest = rest[1..].trim_start();
            }
            '{' | '[' => {
                depth += 1;
                add(&mut parts, "", &format!("{word}\n{}", "  ".repeat(depth)));
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                add(&mut parts, "", &format!("\n{}{word}", "  ".repeat(depth)));
            }
            ',' => add(&mut parts, "", &format!(",\n{}", "  ".repeat(depth))),
            ':' => add(&mut parts, "", ": "),
            _ => add(&mut parts, "", word),
        }
    }
    parts
}

/// The length of the first token: a string, a sign, or a number or word.
fn token(text: &str) -> usize {
    let mut signs = text.char_indices();
    match signs.next() {
        Some((_, '"')) => {
            let mut escaped = false;
            for (at, sign) in signs {
                match sign {
                    _ if escaped => escaped = false,
                    '\\' => escaped = true,
                    '"' => return at + 1,
                    _ => {}
                }
            }
            text.len()
        }
        Some((_, '{' | '}' | '[' | ']' | ',' | ':')) => 1,
        _ => text.find(|c: char| c.is_whitespace() || ",:]}".contains(c)).unwrap_or(text.len()),
    }
}

/// Adds a piece, to the last one if that is of its kind.
fn add(parts: &mut Vec<JsonPart>, class: &'static str, text: &str) {
    match parts.last_mut() {
        Some(last) if last.class == class => last.text.push_str(text),
        _ => parts.push(JsonPart { class, text: text.to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(json: &str) -> String {
        pretty(json).into_iter().map(|part| part.text).collect()
    }

    #[test]
    fn members_keep_their_order_and_each_has_a_line() {
        let json = r#"{"type":"user.deleted","b":{},"a":[1,{"x":null}],"s":"a\"b:{,é"}"#;
        let expected = "{\n  \"type\": \"user.deleted\",\n  \"b\": {},\n  \"a\": [\n    1,\n    {\n      \"x\": null\n    }\n  ],\n  \"s\": \"a\\\"b:{,é\"\n}";
        assert_eq!(text(json), expected);
        assert_eq!(text(&text(json)), expected, "what is pretty stays as it is");
        let parts = pretty(json);
        assert!(parts.contains(&JsonPart { class: "name", text: "\"type\"".into() }));
        assert!(parts.contains(&JsonPart { class: "string", text: "\"user.deleted\"".into() }));
    }

    #[test]
    fn other_text_stays_as_it_is() {
        for garbage in ["", "nonsense", "{", "{\"a\":", "\"", "{}{}", "</pre><b>"] {
            assert_eq!(text(garbage), garbage);
        }
        for fine in ["1", "\"a\"", "[]", "{}", "null"] {
            assert_eq!(text(fine), fine);
        }
    }
}
