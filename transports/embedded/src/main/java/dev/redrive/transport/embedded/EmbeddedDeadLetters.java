// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import dev.redrive.DeadLetter;
import dev.redrive.DeadLetterFilter;
import dev.redrive.DeadLetterPage;
import dev.redrive.DeadLetters;
import dev.redrive.MessageState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** The dead letters of one queue. */
final class EmbeddedDeadLetters implements DeadLetters {
  private static final int LIMIT_MAX = 1_000;
  private static final int MOVES_MAX = 10_000;
  private static final int CHUNK = 256;

  /** Pages and chunks are shorter when their letters are large. */
  private static final long BYTES_MAX = 16L << 20;

  private final QueueState queue;
  private final Services services;
  private final Graveyard graveyard;

  /** Ids that a replay or purge under way has taken: of two at once, one has each letter. */
  private final Set<String> taken = ConcurrentHashMap.newKeySet();

  EmbeddedDeadLetters(QueueState queue, Services services) {
    this.queue = queue;
    this.services = services;
    this.graveyard = new Graveyard(queue, services.store());
  }

  @Override
  public CompletionStage<Long> count(DeadLetterFilter filter) {
    if (filter.equals(DeadLetterFilter.all())) {
      return services.reading().read(() -> queue.counts().dead());
    }
    return services
        .reading()
        .read(
            () -> {
              long[] count = {0};
              graveyard.walk(
                  filter,
                  Place.FIRST,
                  grave -> {
                    count[0]++;
                    return true;
                  });
              return count[0];
            });
  }

  @Override
  public CompletionStage<DeadLetterPage> browse(
      DeadLetterFilter filter, Optional<String> cursor, int limit) {
    if (limit < 1 || limit > LIMIT_MAX) {
      throw new IllegalArgumentException("limit is 1 to " + LIMIT_MAX + ", not " + limit);
    }
    Place from = cursor.map(Graveyard::place).orElse(Place.FIRST);
    return services
        .reading()
        .read(
            () -> {
              List<DeadLetter> items = new ArrayList<>();
              Budget budget = new Budget(limit, BYTES_MAX);
              Optional<Place> rest =
                  graveyard.walk(
                      filter, from, grave -> budget.spend(grave) && items.add(grave.letter()));
              return new DeadLetterPage(items, rest.map(Graveyard::cursor));
            });
  }

  @Override
  public CompletionStage<Optional<DeadLetter>> find(String id) {
    return services.reading().read(() -> graveyard.find(id).map(Graveyard.Grave::letter));
  }

  @Override
  public CompletionStage<Integer> replay(DeadLetterFilter filter, int max) {
    return move(filter, max, true);
  }

  @Override
  public CompletionStage<Integer> purge(DeadLetterFilter filter, int max) {
    return move(filter, max, false);
  }

  private CompletionStage<Integer> move(DeadLetterFilter filter, int max, boolean isReplay) {
    if (max < 1 || max > MOVES_MAX) {
      throw new IllegalArgumentException("max is 1 to " + MOVES_MAX + ", not " + max);
    }
    return services
        .reading()
        .read(() -> moveChunk(filter, max, isReplay, Place.FIRST, 0))
        .thenCompose(count -> count);
  }

  /** Moves a chunk and then the next one, each in one commit, until the end or {@code max}. */
  private CompletionStage<Integer> moveChunk(
      DeadLetterFilter filter, int max, boolean isReplay, Place from, int before) {
    List<Graveyard.Grave> graves = new ArrayList<>();
    Budget budget = new Budget(Math.min(CHUNK, max - before), BYTES_MAX);
    Optional<Place> rest =
        graveyard.walk(
            filter,
            from,
            grave -> {
              if (budget.isSpent()) {
                return false;
              }
              if (!(isReplay && grave.isDamaged()) && take(grave)) {
                budget.spend(grave);
                graves.add(grave);
              }
              return true;
            });
    if (graves.isEmpty()) {
      return CompletableFuture.completedStage(before);
    }
    int count = before + graves.size();
    RareChange<Integer> change = change(graves, isReplay, count);
    services.committer().submit(change);
    CompletionStage<Integer> done = change.result();
    if (rest.isEmpty() || count == max) {
      return done;
    }
    return done.thenComposeAsync(
        moved -> moveChunk(filter, max, isReplay, rest.get(), moved), services.reading());
  }

  /** Takes a letter, unless another has it or has moved it since it was read. */
  private boolean take(Graveyard.Grave grave) {
    String id = grave.letter().id();
    if (!taken.add(id)) {
      return false;
    }
    if (graveyard.isThere(grave)) {
      return true;
    }
    taken.remove(id);
    return false;
  }

  private RareChange<Integer> change(List<Graveyard.Grave> graves, boolean isReplay, int count) {
    int weight = graves.stream().mapToInt(grave -> grave.letter().body().length).sum();
    Runnable release = () -> graves.forEach(grave -> taken.remove(grave.letter().id()));
    return new RareChange<>(
        weight,
        batch -> {
          for (Graveyard.Grave grave : graves) {
            MessageRecord message = grave.record().message();
            batch.exhume(queue, grave.place(), message);
            if (isReplay) {
              MessageRecord renewed =
                  batch.returning(queue, grave.place(), grave.replayed(batch.now()));
              batch.insert(queue, renewed, renewed.encode(), Times.AT_ONCE);
              queue.ledger().replayed();
            } else {
              MessageState end = MessageState.CANCELLED;
              batch.end(queue, grave.place(), message, end, message.attempts());
              queue.ledger().purged();
            }
          }
          return count;
        },
        () -> {
          release.run();
          graves.forEach(grave -> queue.free(grave.record().message().key()));
          queue.work();
        },
        release);
  }

  /** How many letters may still be taken, and how many bytes; one is always taken. */
  private static final class Budget {
    private int letters;
    private long bytes;

    Budget(int letters, long bytes) {
      this.letters = letters;
      this.bytes = bytes;
    }

    boolean isSpent() {
      return letters <= 0 || bytes <= 0;
    }

    boolean spend(Graveyard.Grave grave) {
      if (isSpent()) {
        return false;
      }
      letters--;
      bytes -= grave.letter().body().length;
      return true;
    }
  }
}
