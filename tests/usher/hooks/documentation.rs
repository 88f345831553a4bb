//! The documentation of webhooks is generated from the table of message types.

use std::fmt::Write as _;
use std::path::Path;

use usher_domain::event::EventCatalogue;

#[test]
fn the_table_of_messages_is_the_one_in_the_documentation() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/webhooks.md");
    let (begin, end) = ("<!-- the table -->\n", "<!-- end -->\n");
    let text = std::fs::read_to_string(&path).expect("docs/webhooks.md is there");
    let (before, rest) = text.split_once(begin).expect("the page says where the table begins");
    let (_, after) = rest.split_once(end).expect("the page says where the table ends");
    let fresh = format!("{before}{begin}{}{end}{after}", markdown(EventCatalogue::STANDARD));
    if std::env::var_os("UPDATE_DOCS").is_some() {
        return std::fs::write(&path, &fresh).expect("the page can be written");
    }
    assert_eq!(text, fresh, "docs/webhooks.md is out of date: run this test with UPDATE_DOCS=1");
}

pub(super) fn markdown(events: EventCatalogue) -> String {
    let mut table = String::from(
        "| type | version | what happened | visible to | `data`, besides `project_id` |\n|---|---|---|---|---|\n",
    );
    for (kind, message) in events.messages() {
        let members: Vec<String> =
            message.members.iter().map(|member| format!("`{}`: {}", member.name, member.about)).collect();
        let (name, version) = (message.name, message.version);
        let audience = kind.visibility().in_words();
        let members = members.join("; ");
        writeln!(table, "| `{name}` | {version} | {} | {audience} | {members} |", message.about).expect("text grows");
    }
    table
}
