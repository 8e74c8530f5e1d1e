//! Where a string stands in code: the names it is assigned, compared or passed to.
//!
//! Told by the tokens before it: `host = "db"`, `getenv("DB_HOST", "db")`,
//! `process.env.DB_HOST || "db"`, `Column(default="db")`. Deliberately absent: what those names
//! mean.

use crate::repo::mentions::code::compare::Comparison;
use crate::repo::mentions::tokens::{Kind, Source};

/// What a string is to the code around it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Role {
    /// A value.
    #[default]
    Value,
    /// A key of a mapping (`"db": …`).
    Key,
    /// What a collection is asked for (`services["db"]`).
    Index,
    /// What something is compared with.
    Compared,
    /// A module or package.
    Imported,
    /// Behind a word without a sign (`resource "x" "db" {`, `host "db"`).
    Label,
}

/// A string's surroundings.
#[derive(Clone, Debug, Default)]
pub(super) struct Place<'t> {
    pub(super) role: Role,
    /// Names that it is assigned or passed to, the nearest first.
    pub(super) keys: Vec<&'t str>,
    /// Functions in whose arguments it stands, with their receivers, the innermost first.
    pub(super) calls: Vec<&'t str>,
    /// The bracket that lists it with others.
    pub(super) list: Option<usize>,
}

/// Steps outward that are looked at.
const STEPS: usize = 12;

/// Names that only say that a value is one; what stands around them tells more.
const GENERIC: &[&str] = &[
    "default",
    "defaultvalue",
    "default_value",
    "dflt",
    "fallback",
    "filters",
    "initial",
    "example",
    "examples",
    "value",
    "val",
    "const",
    "def",
    "name",
    "names",
    "item",
    "text",
    "placeholder",
];

/// Keys whose value is the name of what stands beside it.
const NAMING: &[&str] = &["name", "key", "env", "envvar", "env_var", "id", "alias", "dest"];

/// Functions that give their argument where what they are called on has nothing.
const FALLBACKS: &[&str] = &[
    "unwrap_or",
    "unwrap_or_else",
    "or_else",
    "orElse",
    "or",
    "getOrElse",
    "getOrDefault",
    "default",
    "withDefault",
    "orDefault",
    "ifEmpty",
    "map_or",
    "d",
];

const IMPORTS: &[&str] =
    &["import", "from", "require", "require_relative", "include", "use", "load"];

impl<'t> Source<'t> {
    /// Looks at what stands around a string.
    pub(super) fn place(&self, at: usize) -> Place<'t> {
        let mut place = Place { role: self.role(at), ..Place::default() };
        if matches!(place.role, Role::Imported) {
            return place;
        }
        if let Some(compared) = self.comparison(at).filter(|_| place.role == Role::Value) {
            let Comparison { names: keys, list } = compared;
            return Place { role: Role::Compared, keys, list, ..place };
        }
        let mut from = self.operand_start(at);
        let mut outward = false;
        for _ in 0..STEPS {
            let Some(before) = self.before(from) else { break };
            let Some(next) = self.outward(before, from, outward, &mut place) else { break };
            from = next;
            outward = true;
        }
        place
    }

    /// Reads the token before a place and gives the place to go on from.
    fn outward(
        &self,
        before: usize,
        from: usize,
        outward: bool,
        place: &mut Place<'t>,
    ) -> Option<usize> {
        let sign = self.text_of(before);
        match self.kind_of(before)? {
            Kind::Sign => match sign {
                "," => self.listed(before, from, outward, place),
                "=" | ":=" | "=>" | "<-" | "||=" | "??=" | "&&=" | "?=" | "+=" | "::=" => {
                    self.assigned(self.before(before)?, place)
                }
                ":" => self.after_colon(before, place),
                "->" if outward => self.assigned(self.before(before)?, place),
                "||" | "??" | "?:" | "//" => {
                    let left = self.before(before)?;
                    place.keys.extend(self.operand_name(left));
                    Some(self.operand_start(left))
                }
                "?" => Some(self.operand_start(self.before(before)?)),
                "|" | "||_" => self.closure(before),
                "&" | "*" | "..." | "!" | "-" if outward || sign == "&" || sign == "..." => {
                    Some(before)
                }
                _ => None,
            },
            Kind::Open(b'(') => self.called(before, from, place),
            Kind::Open(b'[') => {
                let owner = self.before(before)?;
                let adjoins = self.tokens.get(owner).map(|token| token.range.end)
                    == self.tokens.get(before).map(|token| token.range.start);
                let indexed = matches!(self.kind_of(owner), Some(Kind::Word | Kind::Close));
                if indexed && adjoins && !outward {
                    place.role = Role::Index;
                    place.keys.extend(self.operand_name(owner));
                    return None;
                }
                place.list.get_or_insert(before);
                Some(before)
            }
            Kind::Open(_) => {
                self.block(before, place);
                place.list.get_or_insert(before);
                Some(before)
            }
            Kind::Word if !outward || self.same_line(before, from) => {
                self.behind_word(before, from, outward, place)
            }
            _ => None,
        }
    }

    /// Ruby's `ENV.fetch("DB_HOST") { "db" }`.
    fn block(&self, open: usize, place: &mut Place<'t>) {
        let call = self.before(open).filter(|&at| self.kind_of(at) == Some(Kind::Close));
        let callee = call.and_then(|call| self.before(self.bracket_of(call)?));
        if callee.is_some_and(|callee| self.text_of(callee) == "fetch") {
            place.keys.extend(call.and_then(|call| self.operand_name(call)));
        }
    }

    /// `key = …`: the name; a generic one asks its surroundings too.
    fn assigned(&self, left: usize, place: &mut Place<'t>) -> Option<usize> {
        let name = self.assigned_name(left)?;
        if !is_generic(name) {
            place.keys.push(name);
            return None;
        }
        place.keys.extend(self.sister_attributes(left));
        let bracket = self.bracket_of(left).filter(|_| self.kind_of(left) != Some(Kind::Close));
        let open = bracket?;
        if !NAMING.iter().any(|naming| name.eq_ignore_ascii_case(naming)) {
            place.keys.extend(self.sibling_names(open, left));
        }
        place.keys.push(name);
        match self.kind_of(open) {
            Some(Kind::Open(b'(')) => self.called(open, left, place),
            _ => Some(open),
        }
    }

    /// Names in the other attributes of a tag (`<Input name="dbHost" defaultValue="db" />`).
    fn sister_attributes(&self, at: usize) -> Vec<&'t str> {
        const REACH: usize = 48;
        let opens = |at: &usize| {
            self.text_of(*at) == "<"
                && self.tokens.get(*at + 1).is_some_and(|next| {
                    next.kind == Kind::Word
                        && self.tokens.get(*at).map(|t| t.range.end) == Some(next.range.start)
                })
        };
        let Some(start) = (at.saturating_sub(REACH)..at).rev().find(opens) else {
            return Vec::new();
        };
        let end = (at..at + REACH).find(|&at| self.text_of(at).contains('>'));
        (start..end.unwrap_or(at))
            .filter(|&at| self.is_text(at) && is_name_like(self.inner_of(at)))
            .filter(|&at| {
                let sign = self.before(at).filter(|&sign| self.text_of(sign) == "=");
                let name = sign.and_then(|sign| self.before(sign)).map(|name| self.text_of(name));
                name.is_some_and(|name| NAMING.contains(&name))
            })
            .map(|at| self.inner_of(at))
            .collect()
    }

    /// The program that an argument list is for (`"command": "docker", "args": ["exec", "db"]`).
    pub(super) fn program_of(&self, open: usize) -> Option<usize> {
        let key = self.before(self.before(open)?)?;
        if !matches!(self.operand_name(key)?, "args" | "arguments" | "argv") {
            return None;
        }
        let holder = self.bracket_of(key)?;
        self.inside(holder).find(|&at| {
            let sign =
                self.before(at).filter(|&sign| matches!(self.text_of(sign), ":" | "=" | "=>"));
            let name = sign.and_then(|sign| self.operand_name(self.before(sign)?));
            self.is_text(at)
                && self.bracket_of(at) == Some(holder)
                && name.is_some_and(|name| matches!(name, "command" | "cmd" | "program" | "exec"))
        })
    }

    /// A colon of a mapping, of an annotation or of a choice.
    fn after_colon(&self, colon: usize, place: &mut Place<'t>) -> Option<usize> {
        let left = self.before(colon)?;
        let start = self.operand_start(left);
        if let Some(question) = self.before(start)
            && self.text_of(question) == "?"
        {
            return Some(self.operand_start(self.before(question)?));
        }
        if matches!(self.text_of(left), "default" | "else") {
            return None;
        }
        self.assigned(left, place)
    }

    /// Names that stand beside a generic one: `name: "DB_HOST", value: …`, `"--db-host", default=…`.
    /// The nearest to `near` first.
    fn sibling_names(&self, open: usize, near: usize) -> Vec<&'t str> {
        let direct = self.inside(open).take(64).filter(|&at| self.bracket_of(at) == Some(open));
        let mut named: Vec<usize> = direct
            .filter(|&at| self.is_text(at) && is_name_like(self.inner_of(at)))
            .filter(|&at| {
                let key = self.before(at).filter(|&sign| matches!(self.text_of(sign), "=" | ":"));
                let key = key.and_then(|sign| self.operand_name(self.before(sign)?));
                key.is_none_or(|key| NAMING.iter().any(|naming| key.eq_ignore_ascii_case(naming)))
            })
            .collect();
        named.sort_by_key(|at| at.abs_diff(near));
        named.into_iter().map(|at| self.inner_of(at)).collect()
    }

    /// `f(…)`: the function, and what it is called on.
    fn called(&self, open: usize, from: usize, place: &mut Place<'t>) -> Option<usize> {
        let callee = self.before(open);
        let callee = callee.filter(|&at| {
            matches!(self.kind_of(at), Some(Kind::Word | Kind::Close))
                && !is_keyword(self.text_of(at))
                && self.same_line(at, open)
        });
        let Some(callee) = callee else {
            if self.text_of(from.saturating_sub(1)) == "," {
                place.list.get_or_insert(open);
            }
            return Some(open);
        };
        let start = self.operand_start(callee);
        place.calls.push(self.slice(start, callee));
        let name = self.text_of(callee);
        if FALLBACKS.contains(&name)
            && let Some(dot) = self.before(callee)
            && let Some(receiver) = self.before(dot)
            && matches!(self.text_of(dot), "." | "?." | "|" | "::")
        {
            place.keys.extend(self.operand_name(receiver));
        }
        Some(start)
    }

    /// Behind a comma: an argument, or an item of a list.
    fn listed(
        &self,
        comma: usize,
        from: usize,
        outward: bool,
        place: &mut Place<'t>,
    ) -> Option<usize> {
        let open = self.bracket_of(comma);
        let Some(open) = open else {
            // `DB_HOSTS = "web", "db"`, or arguments without brackets.
            return (!outward).then(|| self.line_head(comma, place)).flatten();
        };
        if self.kind_of(open) == Some(Kind::Open(b'(')) {
            let calls = place.calls.len();
            let earlier = self.before(comma);
            let argument = earlier.filter(|&at| {
                self.bracket_of(at) == Some(open) || self.kind_of(at) == Some(Kind::Close)
            });
            let next = self.called(open, from, place);
            if place.calls.len() > calls {
                // A string names a setting, as a constant does; a variable is a value of its own.
                let names = |at: &usize| {
                    !self.is_word(*at) || !self.text_of(*at).bytes().any(|b| b.is_ascii_lowercase())
                };
                if let Some(name) = argument.filter(names).and_then(|at| self.operand_name(at))
                    && is_name_like(name)
                {
                    place.keys.push(name);
                }
            } else {
                place.list.get_or_insert(open);
            }
            return next;
        }
        place.list.get_or_insert(open);
        Some(open)
    }

    /// The head of a line of arguments without brackets: `config.host 'x', 'db'`.
    fn line_head(&self, comma: usize, place: &mut Place<'t>) -> Option<usize> {
        let earlier = self.before(comma)?;
        place.keys.extend(self.operand_name(earlier).filter(|name| is_name_like(name)));
        None
    }

    /// `|_| "db"`, `|e| {`: goes to the bracket before a closure.
    fn closure(&self, bar: usize) -> Option<usize> {
        let name = self.before(bar)?;
        let open = self.before(name)?;
        (self.text_of(open) == "|").then_some(open)
    }

    fn behind_word(
        &self,
        word: usize,
        from: usize,
        outward: bool,
        place: &mut Place<'t>,
    ) -> Option<usize> {
        match self.text_of(word) {
            "or" => {
                let left = self.before(word)?;
                place.keys.extend(self.operand_name(left));
                Some(self.operand_start(left))
            }
            "else" if self.same_line(word, from) => {
                // Python's `a if b else "db"`: on to what it is assigned to.
                let mut at = word;
                for _ in 0..16 {
                    at = self.before(at)?;
                    if self.text_of(at) == "if" {
                        return Some(self.operand_start(self.before(at)?));
                    }
                }
                None
            }
            "in" => {
                let left = self.before(word)?;
                place.keys.extend(self.operand_name(left).filter(|name| !is_keyword(name)));
                None
            }
            "is" | "eq" | "ne" => None,
            text if is_keyword(text) || outward => None,
            text => {
                place.role = Role::Label;
                place.keys.push(text);
                None
            }
        }
    }

    fn role(&self, at: usize) -> Role {
        let previous = self.before(at);
        let opened = previous.filter(|&at| self.kind_of(at) == Some(Kind::Open(b'(')));
        let word = opened.and_then(|open| self.before(open)).or(previous);
        let word = word.filter(|&word| self.same_line(word, at));
        // `String::from("db")` imports nothing.
        let called_on = word
            .and_then(|word| self.before(word))
            .is_some_and(|sign| matches!(self.text_of(sign), "." | "::" | "->"));
        let word = word.map(|word| self.text_of(word));
        if word.is_some_and(|word| IMPORTS.contains(&word)) && !called_on {
            return Role::Imported;
        }
        if previous.is_some_and(|before| self.is_text(before) && self.same_line(before, at)) {
            return Role::Label;
        }
        let Some(next) = self.after(at) else { return Role::Value };
        let sign = self.text_of(next);
        let in_choice = previous.is_some_and(|at| self.text_of(at) == "?");
        let starts_entry = previous.is_none_or(|at| {
            matches!(self.kind_of(at), Some(Kind::Open(_))) || self.text_of(at) == ","
        });
        if matches!(sign, ":" | "=>") && !in_choice && starts_entry {
            return Role::Key;
        }
        Role::Value
    }

    /// Gives the strings that stand directly in a bracket, `at` left out; keys only, or items only.
    pub(super) fn siblings(&self, open: usize, at: usize, role: Role) -> Vec<&'t str> {
        self.inside(open)
            .filter(|&next| next != at && self.bracket_of(next) == Some(open))
            .filter(|&next| match role {
                Role::Key => {
                    let sign = self.after(next).map(|after| self.text_of(after));
                    matches!(sign, Some(":" | "=>"))
                }
                _ => self.is_text(next),
            })
            .map(|next| if self.is_text(next) { self.inner_of(next) } else { self.text_of(next) })
            .collect()
    }
}

/// Tells whether a name only says that something is a value.
pub(super) fn is_generic(name: &str) -> bool {
    GENERIC.iter().any(|generic| name.eq_ignore_ascii_case(generic))
}

/// Tells a name (`DB_HOST`, `db.host`, `--db-host`) from other strings.
fn is_name_like(text: &str) -> bool {
    (1..64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-:".contains(&b))
        && text.bytes().any(|b| b.is_ascii_alphabetic())
}

/// Tells words of languages from names.
pub(super) fn is_keyword(word: &str) -> bool {
    matches!(
        word,
        "return"
            | "yield"
            | "await"
            | "throw"
            | "raise"
            | "assert"
            | "if"
            | "elif"
            | "else"
            | "while"
            | "for"
            | "in"
            | "not"
            | "and"
            | "or"
            | "is"
            | "case"
            | "when"
            | "print"
            | "puts"
            | "echo"
            | "then"
            | "do"
            | "new"
            | "typeof"
            | "match"
            | "switch"
            | "lambda"
            | "del"
            | "go"
            | "defer"
            | "with"
            | "as"
    )
}
