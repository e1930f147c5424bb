//! What is offered and answered.
