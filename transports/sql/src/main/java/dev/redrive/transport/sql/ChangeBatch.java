// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

import dev.redrive.Settled;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;

/** Changes that go to the database together: those of one kind in one statement. */
final class ChangeBatch {
  private final List<Change> changes;

  // Of several changes of one lease the first counts.
  private final Map<SqlLease, Integer> firsts = new LinkedHashMap<>();

  ChangeBatch(List<Change> changes) {
    this.changes = changes;
    for (int i = 0; i < changes.size(); i++) {
      firsts.putIfAbsent(changes.get(i).lease(), i);
    }
  }

  /** Sends them, in one transaction; the stage has an answer for each, in their order. */
  CompletionStage<List<Settled>> send(
      Database database, QueueTable table, Statements.EndRule rule) {
    Map<Change.Kind, List<Change>> byKind =
        firsts.values().stream()
            .map(changes::get)
            // All lock rows in one order, so that no two wait for each other.
            .sorted(Comparator.comparing(change -> change.lease().id()))
            .collect(
                Collectors.groupingBy(
                    Change::kind, () -> new EnumMap<>(Change.Kind.class), Collectors.toList()));
    boolean isOne = byKind.size() == 1 && table.dialect().statements().isAtomic();
    return database
        .start(!isOne, connection -> change(connection, table, byKind.values(), rule))
        .thenApply(this::answers);
  }

  private static Set<SqlLease> change(
      Connection connection,
      QueueTable table,
      Collection<List<Change>> groups,
      Statements.EndRule rule)
      throws SQLException {
    Set<SqlLease> done = new HashSet<>();
    for (List<Change> group : groups) {
      done.addAll(table.dialect().statements().change(connection, table, group, rule));
    }
    return done;
  }

  // To begin twice is to begin once, and to settle twice is stale the second time.
  private List<Settled> answers(Set<SqlLease> done) {
    List<Settled> answers = new ArrayList<>();
    for (int i = 0; i < changes.size(); i++) {
      Change change = changes.get(i);
      boolean counts =
          change.kind() == Change.Kind.BEGIN
              || firsts.getOrDefault(change.lease(), i).intValue() == i;
      answers.add(counts && done.contains(change.lease()) ? Settled.DONE : Settled.STALE);
    }
    return answers;
  }
}
