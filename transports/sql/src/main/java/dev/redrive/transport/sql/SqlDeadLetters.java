// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

import dev.redrive.DeadLetter;
import dev.redrive.DeadLetterFilter;
import dev.redrive.DeadLetterPage;
import dev.redrive.DeadLetters;
import dev.redrive.spi.Environment;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The dead letters of one queue. They lie in the queue's own table, so a replay changes one row and
 * is whole or has not happened. Of those who move the same letters at once, one has them locked,
 * and the others wait and find them gone.
 */
final class SqlDeadLetters implements DeadLetters {
  private static final int LIMIT_MAX = 1_000;
  private static final int MOVES_MAX = 10_000;
  private static final int CHUNK = 200;

  private final SqlQueue queue;
  private final Database database;
  private final Letters letters;
  private final Environment environment;

  SqlDeadLetters(SqlQueue queue, Database database, Environment environment) {
    this.queue = queue;
    this.database = database;
    this.letters = new Letters(queue.table());
    this.environment = environment;
  }

  @Override
  public CompletionStage<Long> count(DeadLetterFilter filter) {
    return database.call(connection -> letters.count(connection, filter));
  }

  @Override
  public CompletionStage<DeadLetterPage> browse(
      DeadLetterFilter filter, Optional<String> cursor, int limit) {
    if (limit < 1 || limit > LIMIT_MAX) {
      throw new IllegalArgumentException("limit is 1 to " + LIMIT_MAX + ", not " + limit);
    }
    LetterPlace from = cursor.map(LetterPlace::parse).orElse(LetterPlace.FIRST);
    return database.call(
        connection -> page(letters.read(connection, filter, from, limit + 1, true, ""), limit));
  }

  // One more is read than is shown, so that the last page is known to be the last.
  private static DeadLetterPage page(List<Letters.Found> found, int limit) {
    List<DeadLetter> items = found.stream().limit(limit).map(Letters.Found::letter).toList();
    Optional<String> next =
        found.size() > limit ? Optional.of(found.get(limit).place().cursor()) : Optional.empty();
    return new DeadLetterPage(items, next);
  }

  @Override
  public CompletionStage<Optional<DeadLetter>> find(String id) {
    DeadLetterFilter filter = DeadLetterFilter.ids(Set.of(id));
    return database.call(
        connection ->
            letters.read(connection, filter, LetterPlace.FIRST, 1, true, "").stream()
                .findFirst()
                .map(Letters.Found::letter));
  }

  /** Moves locked letters, in the transaction in which they were locked. */
  private interface Move {
    void move(Connection connection, List<Letters.Found> found) throws SQLException;
  }

  @Override
  public CompletionStage<Integer> replay(DeadLetterFilter filter, int max) {
    Exhumation exhumation = new Exhumation(queue, environment);
    return move(filter, max, exhumation::replay);
  }

  @Override
  public CompletionStage<Integer> purge(DeadLetterFilter filter, int max) {
    Exhumation exhumation = new Exhumation(queue, environment);
    return move(filter, max, exhumation::purge);
  }

  private CompletionStage<Integer> move(DeadLetterFilter filter, int max, Move move) {
    if (max < 1 || max > MOVES_MAX) {
      throw new IllegalArgumentException("max is 1 to " + MOVES_MAX + ", not " + max);
    }
    return moveChunk(filter, max, move, 0);
  }

  /** Moves a chunk and then the next one, each in one transaction, until the end or {@code max}. */
  private CompletionStage<Integer> moveChunk(
      DeadLetterFilter filter, int max, Move move, int before) {
    int chunk = Math.min(CHUNK, max - before);
    return database
        .transact(
            connection -> {
              List<Letters.Found> found =
                  letters.read(connection, filter, LetterPlace.FIRST, chunk, false, " FOR UPDATE");
              move.move(connection, found);
              return found.size();
            })
        .thenCompose(
            moved -> {
              queue.ready(0);
              int count = before + moved;
              return moved < chunk || count == max
                  ? CompletableFuture.completedStage(count)
                  : moveChunk(filter, max, move, count);
            });
  }
}
