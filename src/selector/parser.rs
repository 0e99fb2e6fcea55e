//! Text to tree. Open parentheses are kept on the heap: only the depth of the tree is bounded.

use super::error::ParseError;
use super::lexer::{Lexer, Operator};
use super::tree::{Condition, Node, Test, Values};

/// Most levels of a tree: of `!`, `&&` and `||` within one another, and a term at the bottom.
pub const MAX_DEPTH: usize = 1000;

/// A part of the tree and its number of levels.
struct Part {
    node: Node,
    depth: usize,
}

/// How many `!` stand before a term; pairs cancel out.
#[derive(Clone, Copy)]
enum Sign {
    Plain,
    Negated,
}

/// What is read of an expression that is not complete yet: the text, or one pair of parentheses.
struct Open {
    /// Stands before the parentheses.
    sign: Sign,
    /// Complete operands of `||`.
    alternatives: Vec<Part>,
    /// Operands of the current `&&`.
    conjunction: Vec<Part>,
}

/// What follows an operand.
enum Next {
    Operand,
    End,
}

struct Parser<'t> {
    lexer: Lexer<'t>,
    /// The innermost expression.
    current: Open,
    /// Those around it, the outermost first.
    outer: Vec<Open>,
}

/// Parses a whole text; blank text is `all()`.
pub(super) fn parse(text: &str) -> Result<Node, ParseError> {
    let lexer = Lexer::new(text);
    if lexer.at_end() {
        return Ok(Node::All);
    }
    let parser = Parser {
        lexer,
        current: Open::new(Sign::Plain),
        outer: Vec::new(),
    };
    parser.run()
}

// === impl Parser ===

impl Parser<'_> {
    fn run(mut self) -> Result<Node, ParseError> {
        loop {
            let sign = self.sign();
            if self.lexer.take("(") {
                let inner = Open::new(sign);
                self.outer.push(std::mem::replace(&mut self.current, inner));
                continue;
            }
            let term = Part::leaf(self.term()?);
            self.add(term, sign)?;
            match self.after_operand()? {
                Next::Operand => {}
                Next::End => break,
            }
        }
        let whole = self.current.close().bounded(&self.lexer)?;
        Ok(whole.node)
    }

    fn sign(&mut self) -> Sign {
        let mut sign = Sign::Plain;
        while self.lexer.take_not() {
            sign = match sign {
                Sign::Plain => Sign::Negated,
                Sign::Negated => Sign::Plain,
            };
        }
        sign
    }

    /// Adds an operand to the innermost expression.
    fn add(&mut self, part: Part, sign: Sign) -> Result<(), ParseError> {
        let part = match sign {
            Sign::Plain => part,
            Sign::Negated => part.negated(),
        };
        let part = part.bounded(&self.lexer)?;
        self.current.conjunction.push(part);
        Ok(())
    }

    /// Takes closing parentheses and then a connective or the end.
    fn after_operand(&mut self) -> Result<Next, ParseError> {
        loop {
            if self.lexer.take("&&") {
                return Ok(Next::Operand);
            }
            if self.lexer.take("||") {
                self.current.close_alternative();
                return Ok(Next::Operand);
            }
            if !self.lexer.is_at(b')') {
                return self.end();
            }
            let Some(around) = self.outer.pop() else {
                return Err(self.lexer.error("unexpected )"));
            };
            self.lexer.take(")");
            let inner = std::mem::replace(&mut self.current, around);
            let sign = inner.sign;
            self.add(inner.close(), sign)?;
        }
    }

    /// The end of the text, or why it is none.
    fn end(&self) -> Result<Next, ParseError> {
        if self.lexer.at_end() {
            return match self.outer.is_empty() {
                true => Ok(Next::End),
                false => Err(self.lexer.error("expected )")),
            };
        }
        Err(self.lexer.unexpected(if self.lexer.is_at(b'&') {
            "expected &&"
        } else if self.lexer.is_at(b'|') {
            "expected ||"
        } else {
            "expected && or ||"
        }))
    }

    /// A term that is not in parentheses.
    fn term(&mut self) -> Result<Node, ParseError> {
        if self.lexer.take("has(") {
            return self.presence();
        }
        if self.lexer.take("all(") {
            return self.closed(Node::All);
        }
        if self.lexer.take("global(") {
            return self.closed(Node::Global);
        }
        let Some(label) = self.lexer.label()? else {
            let expected = "expected a label, has(...), all() or (";
            return Err(self.lexer.unexpected(expected));
        };
        let operator = self.lexer.operator(label)?;
        let condition = self.condition(operator)?;
        Ok(test(label, condition))
    }

    /// The rest of `has(`.
    fn presence(&mut self) -> Result<Node, ParseError> {
        let Some(label) = self.lexer.label()? else {
            return Err(self.lexer.error("expected a label"));
        };
        self.closed(test(label, Condition::Present))
    }

    /// `node`, after a closing parenthesis.
    fn closed(&mut self, node: Node) -> Result<Node, ParseError> {
        match self.lexer.take(")") {
            true => Ok(node),
            false => Err(self.lexer.error("expected )")),
        }
    }

    /// What stands right of an operator.
    fn condition(&mut self, operator: Operator) -> Result<Condition, ParseError> {
        Ok(match operator {
            Operator::Equal => Condition::Equal(self.value()?),
            Operator::NotEqual => Condition::NotEqual(self.value()?),
            Operator::Contains => Condition::Contains(self.value()?),
            Operator::StartsWith => Condition::StartsWith(self.value()?),
            Operator::EndsWith => Condition::EndsWith(self.value()?),
            Operator::In => Condition::In(self.values()?),
            Operator::NotIn => Condition::NotIn(self.values()?),
        })
    }

    fn value(&mut self) -> Result<Box<str>, ParseError> {
        match self.lexer.string()? {
            Some(value) => Ok(value.into()),
            None => Err(self.lexer.error("expected a quoted string")),
        }
    }

    /// A set of strings in braces.
    fn values(&mut self) -> Result<Values, ParseError> {
        if !self.lexer.take("{") {
            return Err(self.lexer.error("expected {"));
        }
        let mut values = Vec::new();
        let mut expected = "expected a quoted string or }";
        while let Some(value) = self.lexer.string()? {
            values.push(value);
            if !self.lexer.take(",") {
                expected = "expected , or }";
                break;
            }
        }
        match self.lexer.take("}") {
            true => Ok(values.into_iter().collect()),
            false => Err(self.lexer.error(expected)),
        }
    }
}

fn test(label: &str, condition: Condition) -> Node {
    Node::Test(Test {
        label: label.into(),
        condition,
    })
}

// === impl Open ===

impl Open {
    fn new(sign: Sign) -> Self {
        Self {
            sign,
            alternatives: Vec::new(),
            conjunction: Vec::new(),
        }
    }

    /// Ends the current `&&`.
    fn close_alternative(&mut self) {
        let operands = std::mem::take(&mut self.conjunction);
        self.alternatives.push(Part::joined(operands, Node::And));
    }

    /// Ends the expression.
    fn close(mut self) -> Part {
        self.close_alternative();
        Part::joined(self.alternatives, Node::Or)
    }
}

// === impl Part ===

impl Part {
    fn leaf(node: Node) -> Self {
        Self { node, depth: 1 }
    }

    fn negated(self) -> Self {
        Self {
            node: Node::Not(Box::new(self.node)),
            depth: self.depth + 1,
        }
    }

    /// The part itself, unless it is too deep.
    fn bounded(self, lexer: &Lexer<'_>) -> Result<Self, ParseError> {
        match self.depth {
            ..=MAX_DEPTH => Ok(self),
            _ => Err(lexer.error("nested too deeply")),
        }
    }

    /// The only operand itself, or all of them under one node.
    fn joined(mut operands: Vec<Self>, join: fn(Box<[Node]>) -> Node) -> Self {
        if operands.len() == 1
            && let Some(only) = operands.pop()
        {
            return only;
        }
        let depth = operands.iter().map(|operand| operand.depth).max();
        Self {
            node: join(operands.into_iter().map(|operand| operand.node).collect()),
            depth: depth.unwrap_or_default() + 1,
        }
    }
}
