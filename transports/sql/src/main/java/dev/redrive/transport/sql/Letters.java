// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.redrive.DeadLetter;
import dev.redrive.DeadLetterFilter;
import dev.redrive.retry.Reason;
import dev.redrive.spi.History;
import dev.redrive.spi.WireHeaders;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads a queue's dead letters in the order they died, from a place on. Most of a filter is looked
 * up by the database; text is looked for here, because no two databases agree on what is the same
 * letter in another case.
 */
final class Letters {
  private static final int CHUNK = 200;
  private static final String COLUMNS =
      "m.id, m.seq, m.msg_key, m.attempt, m.first_seen, m.died_at, m.reason, m.failure,"
          + " m.fingerprint, m.headers";

  private final QueueTable table;

  Letters(QueueTable table) {
    this.table = table;
  }

  /**
   * A dead letter and where it stands.
   *
   * @param place its place
   * @param letter the letter
   * @param headers all headers of its message
   */
  record Found(LetterPlace place, DeadLetter letter, Map<String, String> headers) {}

  /**
   * Letters that match.
   *
   * @param from the place from which on
   * @param max how many at most
   * @param isWhole false if the body is not needed
   * @param suffix what stands at the end of the statement
   */
  List<Found> read(
      Connection connection,
      DeadLetterFilter filter,
      LetterPlace from,
      int max,
      boolean isWhole,
      String suffix)
      throws SQLException {
    List<Found> all = new ArrayList<>();
    LetterPlace place = from;
    while (all.size() < max) {
      int chunk = filter.text().isPresent() ? CHUNK : Math.min(CHUNK, max - all.size());
      List<Found> rows = chunk(connection, filter, place, chunk, isWhole, suffix);
      for (Found row : rows) {
        if (all.size() < max && filter.matches(row.letter())) {
          all.add(row);
        }
      }
      if (rows.size() < chunk) {
        break;
      }
      place = rows.get(rows.size() - 1).place().next();
    }
    return all;
  }

  private List<Found> chunk(
      Connection connection,
      DeadLetterFilter filter,
      LetterPlace from,
      int max,
      boolean isWhole,
      String suffix)
      throws SQLException {
    Query query = Query.of("SELECT " + COLUMNS + (isWhole ? ", m.body" : ""));
    where(query, filter, from).add(" ORDER BY m.died_at, m.seq LIMIT ?", max).add(suffix);
    return query.list(connection, row -> found(row, isWhole));
  }

  private Query where(Query query, DeadLetterFilter filter, LetterPlace from) {
    query.add(
        table.sql(" FROM {message} m WHERE m.died_at >= ? AND (m.died_at > ? OR m.seq >= ?)"),
        from.diedAt(),
        from.diedAt(),
        from.seq());
    if (!filter.ids().isEmpty()) {
      query.add(" AND m.id IN ").in(filter.ids());
    }
    filter.reason().ifPresent(reason -> query.add(" AND m.reason = ?", reason.wireName()));
    filter
        .fingerprint()
        .ifPresent(kind -> query.add(" AND m.fingerprint = ?", (Object) kind.getBytes(UTF_8)));
    filter.from().ifPresent(time -> query.add(" AND m.died_at >= ?", Millis.notBefore(time)));
    filter.to().ifPresent(time -> query.add(" AND m.died_at < ?", Millis.notBefore(time)));
    return query;
  }

  /** How many match. */
  long count(Connection connection, DeadLetterFilter filter) throws SQLException {
    if (filter.text().isEmpty()) {
      return where(Query.of("SELECT count(*)"), filter, LetterPlace.FIRST)
          .first(connection, row -> row.getLong(1))
          .orElse(0L);
    }
    long count = 0;
    LetterPlace place = LetterPlace.FIRST;
    List<Found> rows;
    do {
      rows = chunk(connection, filter, place, CHUNK, false, "");
      count += rows.stream().filter(row -> filter.matches(row.letter())).count();
      place = rows.isEmpty() ? place : rows.get(rows.size() - 1).place().next();
    } while (rows.size() == CHUNK);
    return count;
  }

  private Found found(ResultSet row, boolean isWhole) throws SQLException {
    Map<String, String> headers = HeaderBytes.read(row.getBytes("headers"));
    String key = row.getString("msg_key");
    Instant diedAt = Instant.ofEpochMilli(row.getLong("died_at"));
    DeadLetter letter =
        new DeadLetter(
            row.getString("id"),
            table.queue(),
            reason(row.getString("reason")),
            new String(row.getBytes("failure"), UTF_8),
            new String(row.getBytes("fingerprint"), UTF_8),
            row.getInt("attempt"),
            Instant.ofEpochMilli(row.getLong("first_seen")),
            diedAt,
            key.isEmpty() ? Optional.empty() : Optional.of(key),
            ofTheSender(headers),
            isWhole ? row.getBytes("body") : new byte[0],
            History.parse(headers.getOrDefault(WireHeaders.HISTORY, "")));
    return new Found(new LetterPlace(row.getLong("died_at"), row.getLong("seq")), letter, headers);
  }

  // A later release may know more of them; a letter must not become unreadable for that.
  private static Reason reason(String name) {
    return Reason.fromWireName(name).orElse(Reason.NOT_RETRYABLE);
  }

  private static Map<String, String> ofTheSender(Map<String, String> headers) {
    Map<String, String> sent = new LinkedHashMap<>(headers);
    sent.keySet().removeIf(name -> name.startsWith(WireHeaders.PREFIX));
    return Collections.unmodifiableMap(sent);
  }
}
