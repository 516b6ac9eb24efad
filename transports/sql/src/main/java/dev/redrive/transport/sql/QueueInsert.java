// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

import dev.redrive.SendRefusedException;
import dev.redrive.spi.OutMessage;
import dev.redrive.spi.PublishResult;
import dev.redrive.spi.QueueSpec;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Puts messages into a queue over any connection: one of the pool's, or one on which the caller has
 * a transaction of its own, which the messages then join. Ends no transaction. Thread-safe.
 *
 * <p>An ordered or limited queue is locked against other senders until the transaction ends: of a
 * key, what is visible later must have a higher number, and of a limit, two must not fill the last
 * place at once.
 */
final class QueueInsert {
  private static final int ROUNDS_MAX = 5;

  private final QueueTable table;
  private final Node node;
  private volatile QueueSpec spec;

  QueueInsert(QueueTable table, Node node, QueueSpec spec) {
    this.table = table;
    this.node = node;
    this.spec = spec;
  }

  /** Follows a changed spec. */
  void adapt(QueueSpec changed) {
    spec = changed;
  }

  /** True if {@link #insert} is more than one statement, so that it needs a transaction. */
  boolean needsTransaction() {
    return spec.isOrdered()
        || spec.maxWaiting().isPresent()
        || !table.dialect().statements().isAtomic();
  }

  /**
   * Stores those whose ids are not known and that have their place.
   *
   * @param connection in a transaction if {@link #needsTransaction}
   * @param batch messages, in the order sent
   * @return a result for each, in the same order
   */
  List<PublishResult> insert(Connection connection, List<OutMessage> batch) throws SQLException {
    QueueSpec present = spec;
    if (present.isOrdered() || present.maxWaiting().isPresent()) {
      new Lanes(table).lock(connection);
    }
    Map<String, OutMessage> firsts = new LinkedHashMap<>();
    batch.forEach(message -> firsts.putIfAbsent(message.id(), message));
    Map<String, PublishResult> known = new HashMap<>();
    List<OutMessage> candidates = new ArrayList<>(firsts.values());
    if (present.maxWaiting().isPresent()) {
      known.putAll(new Room(table).check(connection, present, candidates));
      candidates.removeIf(message -> known.containsKey(message.id()));
    }
    Set<String> stored = store(connection, candidates, present, known);
    return results(connection, batch, stored, known);
  }

  /** Stores what can be stored; of the others, {@code known} says why not. */
  private Set<String> store(
      Connection connection,
      List<OutMessage> messages,
      QueueSpec present,
      Map<String, PublishResult> known)
      throws SQLException {
    Set<String> stored = new HashSet<>();
    List<OutMessage> left = messages;
    // An id that nobody remembers any more, but whose row is still there, takes another round.
    for (int round = 0; !left.isEmpty(); round++) {
      stored.addAll(
          table
              .dialect()
              .statements()
              .insert(connection, table, left, present.isOrdered(), node.ticket()));
      left = left.stream().filter(message -> !stored.contains(message.id())).toList();
      if (left.isEmpty()) {
        break;
      }
      if (round == ROUNDS_MAX) {
        throw new SQLException("ids come and go too quickly to be stored", "40001");
      }
      known.putAll(Duplicates.find(connection, table, ids(left)));
      left = left.stream().filter(message -> !known.containsKey(message.id())).toList();
      Duplicates.forget(connection, table, ids(left));
    }
    return stored;
  }

  private List<PublishResult> results(
      Connection connection,
      List<OutMessage> batch,
      Set<String> stored,
      Map<String, PublishResult> known)
      throws SQLException {
    List<String> repeated = repeated(batch, stored);
    Map<String, PublishResult> again =
        repeated.isEmpty() ? Map.of() : Duplicates.find(connection, table, repeated);
    Set<String> answered = new HashSet<>();
    List<PublishResult> results = new ArrayList<>();
    for (OutMessage message : batch) {
      boolean isFirst = answered.add(message.id());
      if (isFirst && stored.contains(message.id())) {
        results.add(PublishResult.Accepted.INSTANCE);
      } else {
        results.add(known.getOrDefault(message.id(), again.getOrDefault(message.id(), GONE)));
      }
    }
    return results;
  }

  // Only a message of this very batch, that was handed over and ended meanwhile.
  private static final PublishResult GONE =
      new PublishResult.Refused(
          SendRefusedException.Cause.INVALID, "its id came twice in one batch");

  private static List<String> repeated(List<OutMessage> batch, Set<String> stored) {
    Set<String> seen = new HashSet<>();
    return batch.stream()
        .map(OutMessage::id)
        .filter(id -> !seen.add(id) && stored.contains(id))
        .distinct()
        .toList();
  }

  private static List<String> ids(List<OutMessage> messages) {
    return messages.stream().map(OutMessage::id).toList();
  }
}
