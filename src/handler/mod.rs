//! The one door: request to response.
