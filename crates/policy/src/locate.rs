//! The line of a text of JSON at which a JSON pointer (RFC 6901) leads.

/// The line, counted from 1, of the value that `pointer` names, or of the last of its parts that exists. `text` is valid
/// JSON; for any other text the line is one of its lines.
pub fn line_of(text: &str, pointer: &str) -> usize {
    let wanted: Vec<String> =
        pointer.split('/').skip(1).map(|member| member.replace("~1", "/").replace("~0", "~")).collect();
    let mut walk = JsonWalk { text: text.as_bytes(), at: 0 };
    let place = walk.find(&wanted);
    1 + text.bytes().take(place).filter(|byte| *byte == b'\n').count()
}

struct JsonWalk<'t> {
    text: &'t [u8],
    at: usize,
}

impl JsonWalk<'_> {
    fn blank(&mut self) -> Option<u8> {
        while self.text.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
        self.text.get(self.at).copied()
    }

    /// The offset of the member that the first of `wanted` names, below the value that begins here.
    fn find(&mut self, wanted: &[String]) -> usize {
        let opening = self.blank();
        let here = self.at;
        let (Some((first, rest)), Some(open @ (b'{' | b'['))) = (wanted.split_first(), opening) else { return here };
        self.at += 1;
        let mut index = 0_usize;
        while let Some(next) = self.blank() {
            if matches!(next, b'}' | b']') {
                break;
            }
            let begins = self.at;
            let is_wanted = if open == b'{' {
                let key = self.string();
                if self.blank() == Some(b':') {
                    self.at += 1;
                }
                key.as_ref() == Some(first)
            } else {
                index += 1;
                index.checked_sub(1).map(|index| index.to_string()).as_ref() == Some(first)
            };
            if is_wanted {
                return if rest.is_empty() { begins } else { self.find(rest) };
            }
            self.skip();
            if self.blank() == Some(b',') {
                self.at += 1;
            }
        }
        here
    }

    /// The string that begins here.
    fn string(&mut self) -> Option<String> {
        let begins = self.at;
        self.skip_string();
        serde_json::from_slice(self.text.get(begins..self.at)?).ok()
    }

    fn skip_string(&mut self) {
        self.at += 1;
        while let Some(byte) = self.text.get(self.at) {
            self.at += 1;
            match byte {
                b'\\' => self.at += 1,
                b'"' => return,
                _ => {}
            }
        }
    }

    /// Moves behind the value that begins here.
    fn skip(&mut self) {
        let mut depth = 0_usize;
        while let Some(byte) = self.blank() {
            match byte {
                b'"' => self.skip_string(),
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' | b',' if depth == 0 => return,
                b'}' | b']' => {
                    depth -= 1;
                    self.at += 1;
                }
                _ => self.at += 1,
            }
            if depth == 0 && matches!(byte, b'"' | b'}' | b']') {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{
  "roles": {
    "a/b": {"grants": {"Order:read": "own, \"}", "Order:list": "allow"}},
    "viewer": {
      "grants": {
        "Order:read": ["own",
          "late"]
      }
    }
  },
  "routes": [
    {"methods": ["GET"], "path": "/"},
    {"methods": ["PUT"],
     "path": "/x"}
  ]
}"#;

    #[test]
    fn a_pointer_leads_to_its_line() {
        for (pointer, line) in [
            ("", 1),
            ("/roles", 2),
            ("/roles/a~1b/grants/Order:list", 3),
            ("/roles/viewer", 4),
            ("/roles/viewer/grants/Order:read", 6),
            ("/roles/viewer/grants/Order:read/1", 7),
            ("/routes/0/path", 12),
            ("/routes/1/path", 14),
        ] {
            assert_eq!(line_of(TEXT, pointer), line, "{pointer}");
        }
    }

    #[test]
    fn what_is_missing_is_at_what_should_hold_it_and_garbage_is_harmless() {
        assert_eq!(line_of(TEXT, "/roles/viewer/inherits"), 4);
        assert_eq!(line_of(TEXT, "/routes/7"), 11);
        for garbage in ["", "{", "[", "\"", "{\"a", "{\"a\":\"\\", "[1,", "}{", "{\"a\" 1}", "\u{e9}"] {
            for pointer in ["", "/a", "/0/b", "x"] {
                assert_eq!(line_of(garbage, pointer), 1, "{garbage} {pointer}");
            }
        }
    }
}
