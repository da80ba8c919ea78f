//! Results too large to return: cipher, writer, reader.
