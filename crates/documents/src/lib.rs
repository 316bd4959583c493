//! Plain data in, bytes out: spreadsheets, SVG charts, QR.
