// SPDX-License-Identifier: Apache-2.0

package dev.redrive.store.sql;

import dev.redrive.idempotency.Begun;
import dev.redrive.idempotency.IdempotencyStore;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import javax.sql.DataSource;

/**
 * Remembers in a database what was done, for all processes that use the same one: PostgreSQL,
 * MariaDB, MySQL or H2.
 *
 * <pre>{@code
 * IdempotencyStore store = SqlIdempotencyStore.open(dataSource);
 * }</pre>
 *
 * <p>What is done is as durable as a commit of the database is. What is held is as well, so that
 * after a crash nobody takes a key before its lease has run out, by the server's clock. Where that
 * clock is set forward, leases end early.
 *
 * <p>Calls that come while others are on their way are put in one transaction, up to a hundred. At
 * most 10,000 wait; more are refused, and their messages wait. The table is bounded by the database
 * alone: what is over is deleted, a thousand rows at a time.
 *
 * <p>Thread-safe. It works in up to four daemon threads, each with one connection of the data
 * source while it does, and closes no connection but by giving it back.
 */
public final class SqlIdempotencyStore implements IdempotencyStore, AutoCloseable {
  private static final AtomicInteger STORES = new AtomicInteger();

  private final ExecutorService threads;
  private final Batches<Begun> begins;
  private final Batches<Boolean> renewals;
  private final Batches<Boolean> completions;
  private final Batches<Boolean> releases;

  private SqlIdempotencyStore(Database database) {
    KeyTable table = new KeyTable(database);
    Sweeper sweeper = new Sweeper(database, "redrive_keys", System::nanoTime);
    threads = threads(STORES.incrementAndGet());
    begins = new Batches<>(table::begin, threads);
    renewals = new Batches<>(table::renew, threads);
    completions = new Batches<>(table::complete, threads, sweeper::sweepIfDue);
    releases = new Batches<>(table::release, threads);
  }

  private static ExecutorService threads(int store) {
    AtomicInteger numbers = new AtomicInteger();
    return Executors.newCachedThreadPool(
        task -> {
          String name = "redrive-sql-keys-" + store + "-" + numbers.incrementAndGet();
          Thread thread = new Thread(task, name);
          thread.setDaemon(true);
          return thread;
        });
  }

  /**
   * Opens the store of this database, and makes its tables if they are not there. Blocks.
   *
   * @param source gives connections, best of a pool; it is not closed
   * @throws SqlStoreException if the database cannot be reached, or its tables not be made
   * @throws IllegalArgumentException if it is another database than those above
   */
  public static SqlIdempotencyStore open(DataSource source) {
    return new SqlIdempotencyStore(Schema.open(source));
  }

  @Override
  public CompletionStage<Begun> begin(String key, Duration lease) {
    return submitted(() -> begins.submit(new KeyCall(key, UUID.randomUUID().toString(), lease)));
  }

  @Override
  public CompletionStage<Boolean> renew(String key, String owner, Duration lease) {
    return submitted(() -> renewals.submit(new KeyCall(key, owner, lease)));
  }

  @Override
  public CompletionStage<Boolean> complete(String key, String owner, byte[] result, Duration ttl) {
    return submitted(() -> completions.submit(new KeyCall(KeyId.of(key), owner, ttl, result)));
  }

  @Override
  public CompletionStage<Boolean> release(String key, String owner) {
    return submitted(() -> releases.submit(new KeyCall(key, owner, Duration.ZERO)));
  }

  private static <A> CompletionStage<A> submitted(Supplier<CompletionStage<A>> call) {
    try {
      return call.get();
    } catch (IllegalArgumentException noKey) {
      return CompletableFuture.failedStage(noKey);
    }
  }

  /** Answers what was asked, and refuses what is asked later. Does not wait. */
  @Override
  public void close() {
    threads.shutdown();
  }
}
