//! Stacks of the templates below `infra`: what would change, making it so, and taking it away again.
//!
//! CloudFormation does it; here is asked and told. Not here: who may have what ended before a stack goes (`share`), and what is
//! printed (`cli`).

pub mod events;
pub mod near;
pub mod stack;
pub mod template;
pub mod upload;
