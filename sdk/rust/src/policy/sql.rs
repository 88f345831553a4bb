use std::collections::HashMap;

use usher_policy::leaf::{Literal, Operator};

use super::filter::Filter;
use super::predicate::{Predicate, Side};

/// How a statement names its arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Placeholder {
    /// `?`: SQLite and many others.
    #[default]
    QuestionMark,
    /// `$1`, `$2`: PostgreSQL.
    Dollar,
}

/// Writes that the list in a column contains an argument.
type ListTest = fn(column: &str, argument: &str) -> String;

/// For arrays of PostgreSQL: see [`Sql::lists`].
pub fn array_contains(column: &str, argument: &str) -> String {
    format!("{argument} = ANY({column})")
}

/// How a [`Filter`] is written as a condition of SQL.
#[derive(Debug, Clone, Default)]
pub struct Sql {
    columns: HashMap<String, String>,
    placeholder: Placeholder,
    arguments_before: usize,
    lists: Option<ListTest>,
}

impl Sql {
    /// Attributes of the resource, each with its column: `[("owner_id", "orders.owner_id")]`. Columns are written into the
    /// statement as they are, so they must not come from a request.
    pub fn new<'a>(columns: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let columns = columns.into_iter().map(|(attribute, column)| (attribute.to_owned(), column.to_owned()));
        Self { columns: columns.collect(), ..Self::default() }
    }

    /// How arguments are named; `?` by default.
    #[must_use]
    pub fn placeholder(self, placeholder: Placeholder) -> Self {
        Self { placeholder, ..self }
    }

    /// The number of arguments that the statement has before.
    #[must_use]
    pub fn arguments_before(self, arguments_before: usize) -> Self {
        Self { arguments_before, ..self }
    }

    /// How to look into columns that hold a list, such as [`array_contains`]. Attributes that are lists need it.
    #[must_use]
    pub fn lists(self, lists: fn(column: &str, argument: &str) -> String) -> Self {
        Self { lists: Some(lists), ..self }
    }
}

/// An argument of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Argument {
    /// A text.
    Text(String),
    /// True or false.
    Bool(bool),
    /// An integer.
    Int(i64),
}

/// A condition in parentheses, to follow `WHERE` or `AND`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Where {
    /// The text.
    pub sql: String,
    /// Its arguments, in order.
    pub arguments: Vec<Argument>,
}

/// A filter that cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SqlFault {
    /// The attribute has no column.
    #[error("no column is named for resource.{0}")]
    NoColumn(String),
    /// The attribute is a list: [`Sql::lists`] has to say how to look into it.
    #[error("resource.{0} is a list, and nothing says how to look into it")]
    List(String),
}

impl Filter {
    /// Writes the filter as a condition. It is `(1=1)` if the permission holds for every resource, `(1=0)` if for none.
    ///
    /// NULL is a missing attribute. Columns must compare texts byte by byte: with a case-insensitive collation the query
    /// finds more than the rules allow.
    pub fn to_sql(&self, sql: &Sql) -> Result<Where, SqlFault> {
        let mut writer = WhereWriter { sql, arguments: vec![] };
        let text = match self.predicate() {
            None if self.is_all() => "1=1".to_owned(),
            None => "1=0".to_owned(),
            Some(predicate) => writer.predicate(&predicate)?,
        };
        Ok(Where { sql: format!("({text})"), arguments: writer.arguments })
    }
}

struct WhereWriter<'a> {
    sql: &'a Sql,
    arguments: Vec<Argument>,
}

impl WhereWriter<'_> {
    fn predicate(&mut self, predicate: &Predicate) -> Result<String, SqlFault> {
        match predicate {
            Predicate::All(parts) => self.list(parts, " AND "),
            Predicate::Any(parts) => self.list(parts, " OR "),
            Predicate::Present { field, negated } => {
                let not = if *negated { "" } else { "NOT " };
                Ok(format!("{} IS {not}NULL", self.column(field)?))
            }
            Predicate::Compare { op, field, with, negated } => self.compare(*op, field, with, *negated),
        }
    }

    fn list(&mut self, parts: &[Predicate], between: &str) -> Result<String, SqlFault> {
        let write = |part: &Predicate| {
            let text = self.predicate(part)?;
            let is_list = matches!(part, Predicate::All(_) | Predicate::Any(_));
            Ok(if is_list { format!("({text})") } else { text })
        };
        Ok(parts.iter().map(write).collect::<Result<Vec<_>, _>>()?.join(between))
    }

    fn compare(&mut self, op: Operator, field: &str, with: &Side, negated: bool) -> Result<String, SqlFault> {
        let sign = match op {
            Operator::Eq => "=",
            Operator::Ne => "<>",
            Operator::Gt => ">",
            Operator::Gte => ">=",
            Operator::Lt => "<",
            Operator::Lte => "<=",
            Operator::In => return self.is_in(field, with, negated),
            Operator::Contains => return self.contains(field, with, negated),
        };
        let side = self.side(with)?;
        Ok(format!("{} {sign} {side}", self.column(field)?))
    }

    /// The text of a column is in a list of texts, or in another column.
    fn is_in(&mut self, field: &str, with: &Side, negated: bool) -> Result<String, SqlFault> {
        let not = if negated { "NOT " } else { "" };
        let column = self.column(field)?.to_owned();
        match with {
            Side::Field(list) => self.looks_into(list, &column, not),
            Side::Value(Literal::Texts(texts)) if !texts.is_empty() => {
                let marks: Vec<_> = texts.iter().map(|text| self.argument(Argument::Text(text.clone()))).collect();
                Ok(format!("{column} {not}IN ({})", marks.join(", ")))
            }
            // Nothing is in an empty list, so every value that is not NULL is not in it.
            Side::Value(_) if negated => Ok(format!("{column} IS NOT NULL")),
            Side::Value(_) => Ok("1=0".to_owned()),
        }
    }

    /// The list in a column contains a text, or that of another column.
    fn contains(&mut self, field: &str, with: &Side, negated: bool) -> Result<String, SqlFault> {
        let not = if negated { "NOT " } else { "" };
        let item = self.side(with)?;
        self.looks_into(field, &item, not)
    }

    fn looks_into(&self, list: &str, item: &str, not: &str) -> Result<String, SqlFault> {
        let test = self.sql.lists.ok_or_else(|| SqlFault::List(list.to_owned()))?;
        Ok(format!("{not}({})", test(self.column(list)?, item)))
    }

    fn side(&mut self, side: &Side) -> Result<String, SqlFault> {
        Ok(match side {
            Side::Field(field) => self.column(field)?.to_owned(),
            Side::Value(Literal::Text(text)) => self.argument(Argument::Text(text.clone())),
            Side::Value(Literal::Bool(truth)) => self.argument(Argument::Bool(*truth)),
            Side::Value(Literal::Int(number)) => self.argument(Argument::Int(*number)),
            Side::Value(Literal::Texts(_)) => "NULL".to_owned(), // no operator compares a list so
        })
    }

    fn column(&self, field: &str) -> Result<&str, SqlFault> {
        self.sql.columns.get(field).map(String::as_str).ok_or_else(|| SqlFault::NoColumn(field.to_owned()))
    }

    fn argument(&mut self, argument: Argument) -> String {
        self.arguments.push(argument);
        match self.sql.placeholder {
            Placeholder::QuestionMark => "?".to_owned(),
            Placeholder::Dollar => format!("${}", self.sql.arguments_before + self.arguments.len()),
        }
    }
}
