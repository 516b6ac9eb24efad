// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A message as it stands in its queue. Where it stands, and so when it is due, is in its key.
 *
 * @param id its id
 * @param key its key; empty if it has none
 * @param firstSeen when it was sent, in milliseconds
 * @param attempts attempts that count and have ended
 * @param crashes how many of these ended with their process
 * @param line its place in the line of its key, if it was moved since it was sent; else 0
 * @param headers in the sender's order; not copied
 * @param body the payload; not copied
 */
record MessageRecord(
    String id,
    String key,
    long firstSeen,
    int attempts,
    int crashes,
    long line,
    Map<String, String> headers,
    byte[] body) {
  private static final int VERSION = 1;

  Frame.Unsealed encode() {
    BinaryWriter out = Frame.begin(VERSION, 96 + 64 * headers.size() + body.length);
    write(out);
    return new Frame.Unsealed(out);
  }

  void write(BinaryWriter out) {
    out.text(id).text(key).u64(firstSeen).number(attempts).number(crashes).number(line);
    out.number(headers.size());
    headers.forEach((name, value) -> out.text(name).text(value));
    out.raw(body);
  }

  static MessageRecord decode(byte[] key, byte[] value) {
    return read(Frame.open(key, value, VERSION));
  }

  /** Reads the fields that {@link #write} wrote, up to the end. */
  static MessageRecord read(BinaryReader in) {
    String id = in.text();
    String key = in.text();
    long firstSeen = in.u64();
    int attempts = in.count();
    int crashes = in.count();
    long line = in.number();
    int headerCount = in.count();
    Map<String, String> headers = new LinkedHashMap<>();
    for (int i = 0; i < headerCount; i++) {
      headers.put(in.text(), in.text());
    }
    return new MessageRecord(
        id,
        key,
        firstSeen,
        attempts,
        crashes,
        line,
        Collections.unmodifiableMap(headers),
        in.rest());
  }

  /** Its place in the line of its key, if it stands at this place in its queue. */
  long lineAt(Place place) {
    return line == 0 ? place.seq() : line;
  }

  /** The same message about to leave this place, with these headers added or replaced. */
  MessageRecord leaving(Place place, int newAttempts, Map<String, String> changed) {
    Map<String, String> merged = headers;
    if (!changed.isEmpty()) {
      merged = new LinkedHashMap<>(headers);
      merged.putAll(changed);
      merged = Collections.unmodifiableMap(merged);
    }
    return new MessageRecord(id, key, firstSeen, newAttempts, crashes, lineAt(place), merged, body);
  }

  /** The same message after an attempt of this number that ended with its process. */
  MessageRecord crashed(int attempt) {
    return new MessageRecord(id, key, firstSeen, attempt, crashes + 1, line, headers, body);
  }

  /** The same message without a place in line: it gets one where it is put next. */
  MessageRecord atTheEnd() {
    return new MessageRecord(id, key, firstSeen, attempts, crashes, 0, headers, body);
  }

  /** The same message with all attempts before it, about to leave the dead letters. */
  MessageRecord renewed(Map<String, String> newHeaders) {
    return new MessageRecord(id, key, firstSeen, 0, 0, line, newHeaders, body);
  }
}
