//! What is awaited while a write transaction is open: on SQLite every other writer waits for it.

use std::ops::Range;

/// Every expression that is awaited within a transaction and does not name it. A function with a parameter `&mut Tx` is
/// within one; otherwise a transaction is open from `let mut NAME = ….begin().await` until `NAME.commit().await`, or
/// until its block ends. `code` is formatted, and has no comments.
pub fn foreign_awaits(code: &str) -> Vec<String> {
    let mut found = vec![];
    for (name, region) in parameters(code).into_iter().chain(bindings(code)) {
        let text = &code[region.clone()];
        for (at, _) in text.match_indices(".await") {
            let awaited = &code[postfix(code, region.start + at)];
            if !words(awaited).any(|word| word == name) && !is_committed(code, name, region.start..region.start + at) {
                found.push(awaited.split_whitespace().collect::<Vec<_>>().join(" "));
            }
        }
    }
    found
}

/// The bodies of functions that are given a transaction, with its name.
fn parameters(code: &str) -> Vec<(&str, Range<usize>)> {
    let given = code.match_indices(": &mut Tx").filter_map(|(at, _)| {
        let body = at + code[at..].find(['{', ';']).filter(|end| code[at + end..].starts_with('{'))?;
        Some((words(&code[..at]).next_back()?, body..block_end(code, body + 1)))
    });
    given.collect()
}

/// The rest of the block after each beginning of a transaction, with its name.
fn bindings(code: &str) -> Vec<(&str, Range<usize>)> {
    let begun = [".begin().await", ".begin_single().await"].into_iter().flat_map(|call| {
        code.match_indices(call).filter_map(move |(at, call)| {
            let start = code[..at].rfind("let mut ")? + "let mut ".len();
            let after = at + call.len();
            // In a macro the name is a parameter, and so is what is awaited.
            if code[start..].starts_with('$') {
                return None;
            }
            Some((words(&code[start..at]).next()?, after..block_end(code, after)))
        })
    });
    begun.collect()
}

/// The end of the block that `from` is in.
fn block_end(code: &str, from: usize) -> usize {
    let mut depth = 1_u32;
    for (at, sign) in code[from..].char_indices() {
        match sign {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return from + at;
        }
    }
    code.len()
}

/// Was the transaction committed in this range, in a block that is still open at its end?
fn is_committed(code: &str, name: &str, range: Range<usize>) -> bool {
    let commit = format!("{name}.commit()");
    let commits = code[range.clone()].match_indices(&commit).map(|(at, _)| range.start + at);
    commits.into_iter().any(|at| block_end(code, at) >= range.end)
}

/// The expression before the dot at `end`: names, paths, calls, indices and their chains.
fn postfix(code: &str, end: usize) -> Range<usize> {
    let bytes = code.as_bytes();
    let (mut at, mut depth) = (end, 0_u32);
    while at > 0 {
        match bytes[at - 1] {
            b')' | b']' | b'}' => depth += 1,
            b'(' | b'[' | b'{' if depth > 0 => depth -= 1,
            _ if depth > 0 => {}
            b'.' | b':' | b'?' | b'_' | b'!' => {}
            byte if byte.is_ascii_alphanumeric() => {}
            // A chain goes on in the next line.
            byte if byte.is_ascii_whitespace() && code[at..].trim_start().starts_with(['.', '?']) => {}
            _ => break,
        }
        at -= 1;
    }
    at..end
}

fn words(text: &str) -> impl DoubleEndedIterator<Item = &str> {
    text.split(|sign: char| !sign.is_alphanumeric() && sign != '_').filter(|word| !word.is_empty())
}

#[test]
fn what_is_awaited_within_a_transaction_and_is_not_part_of_it_is_found() {
    let faulty = [
        "let mut tx = store.begin().await?;\n mail.send(letter).await?;\n tx.commit().await",
        "let mut tx = store.begin().await?;\n tx.insert(hash(word).await?).await?;\n tx.commit().await",
        "let mut tx = store.begin_single().await?;\n let found = self\n        .store\n        .find(id)\n        .await?;",
        "async fn revoke(&self, tx: &mut Tx, id: Id) -> Result<()> {\n self.store.find(id).await?;\n tx.revoke(id).await\n}",
        "let mut tx = store.begin().await?;\n if done {\n tx.commit().await?;\n return Ok(());\n }\n wait().await;\n tx.commit().await",
    ];
    for code in faulty {
        assert_eq!(foreign_awaits(code).len(), 1, "{code}");
    }
    assert_eq!(foreign_awaits(faulty[2]), ["self .store .find(id)"]);
    let sound = "async fn revoke(&self, id: Id) -> Result<()> {
        self.store.find(id).await?;
        let mut tx = self.store.begin().await?;
        let user = tx.lock_user(id).await?;
        self.events.revoked(&mut tx, user).await?;
        if gone {
            tx.commit().await?;
            return self.store.find(id).await;
        }
        tx\n            .revoke(id)\n            .await?;
        tx.commit().await?;
        self.mail.wake().await
    }
    async fn next(&self) { self.store.find(id).await; }";
    assert_eq!(foreign_awaits(sound), Vec::<String>::new());
}
