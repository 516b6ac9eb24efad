// SPDX-License-Identifier: Apache-2.0

package dev.redrive.store.sql;

import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * Calls of one kind that wait for the database. What has gathered while one batch is on its way is
 * the next one, so that nobody waits for a batch to fill. Bounded; thread-safe.
 *
 * <p>A batch has each key once. A further call on a key waits for the next batch, and so calls on
 * one key are run in the order in which they were made.
 *
 * @param <A> the answer
 */
final class Batches<A> {
  private static final int CALLS_AT_ONCE = 100;
  private static final int WAITING_MAX = 10_000;

  private final Runs<A> runs;
  private final Executor executor;
  private final Runnable afterwards;
  private final Object lock = new Object();

  /** Guarded by the lock, as what follows. */
  private final Deque<Waiting<A>> waiting = new ArrayDeque<>();

  private boolean isRunning;

  /** How a batch is run: different keys in order, and as many answers in the same order. */
  @FunctionalInterface
  interface Runs<A> {
    List<A> run(List<KeyCall> calls) throws SQLException;
  }

  private record Waiting<A>(KeyCall call, CompletableFuture<A> answer) {}

  Batches(Runs<A> runs, Executor executor) {
    this(runs, executor, () -> {});
  }

  /** One that does something after each batch, when its answers have been given. */
  Batches(Runs<A> runs, Executor executor, Runnable afterwards) {
    this.runs = runs;
    this.executor = executor;
    this.afterwards = afterwards;
  }

  CompletionStage<A> submit(KeyCall call) {
    Waiting<A> mine = new Waiting<>(call, new CompletableFuture<>());
    boolean isFirst;
    synchronized (lock) {
      if (waiting.size() == WAITING_MAX) {
        return CompletableFuture.failedStage(
            new IllegalStateException(
                WAITING_MAX
                    + " calls wait for the idempotency store's database, which is the most"));
      }
      waiting.add(mine);
      isFirst = !isRunning;
      isRunning = true;
    }
    if (isFirst) {
      start();
    }
    return mine.answer;
  }

  private void start() {
    try {
      executor.execute(this::drain);
    } catch (Throwable refused) {
      failAll(refused);
    }
  }

  private void drain() {
    try {
      List<Waiting<A>> batch = next();
      while (!batch.isEmpty()) {
        run(batch);
        afterwards.run();
        batch = next();
      }
    } catch (Throwable noMemory) {
      // Calls that nobody answers are given up by those who wait; those to come must not be.
      failAll(noMemory);
    }
  }

  /** Empty if nothing waits; then nobody drains any more. */
  private List<Waiting<A>> next() {
    TreeMap<KeyId, Waiting<A>> batch = new TreeMap<>();
    synchronized (lock) {
      Iterator<Waiting<A>> all = waiting.iterator();
      while (all.hasNext() && batch.size() < CALLS_AT_ONCE) {
        Waiting<A> each = all.next();
        if (batch.putIfAbsent(each.call.id(), each) == null) {
          all.remove();
        }
      }
      isRunning = !batch.isEmpty();
    }
    return List.copyOf(batch.values());
  }

  private void run(List<Waiting<A>> batch) {
    try {
      List<A> answers = runs.run(batch.stream().map(Waiting::call).toList());
      for (int i = 0; i < batch.size(); i++) {
        batch.get(i).answer.complete(answers.get(i));
      }
    } catch (Throwable failure) {
      batch.forEach(each -> each.answer.completeExceptionally(failure));
    }
  }

  private void failAll(Throwable failure) {
    List<Waiting<A>> all;
    synchronized (lock) {
      all = new ArrayList<>(waiting);
      waiting.clear();
      isRunning = false;
    }
    all.forEach(each -> each.answer.completeExceptionally(failure));
  }
}
