// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.spi.Capabilities;
import dev.redrive.spi.Capability;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Natural batching: whatever has gathered while the last batch was on its way is the next one.
 * Nobody waits for a timer to fill a batch. One batch at a time keeps the order; where several may
 * be on their way, they leave in order, one after another. Thread-safe.
 *
 * <p>Each item's callback is told once, whatever happens: that a batch is refused, that its answer
 * is too short, or that another callback throws, loses none of the others.
 *
 * @param <I> what goes in
 * @param <O> what comes out for each
 */
final class Batcher<I, O> {
  private static final Logger log = LoggerFactory.getLogger(Batcher.class);
  // After so many batches the thread that came by is let go, and one of the executor goes on.
  private static final int ROUNDS_MAX = 16;
  // To a transport that takes several: enough that it is never idle for the sake of an answer.
  private static final int PIPELINE = 16;
  // To one that gathers by itself: what a worker of some tens of lanes has in hand.
  private static final int GATHERED = 128;

  /** Is told what became of one item, on whatever thread the batch ended. */
  interface Callback<O> {
    void done(O result);

    void failed(Throwable cause);
  }

  private record Pending<I, O>(I item, Callback<? super O> callback) {}

  private final int batchMax;
  private final int onTheirWayMax;
  private final Executor executor;
  private final Function<List<I>, CompletionStage<List<O>>> flush;
  private final Object lock = new Object();
  // Guarded by the lock.
  private final Deque<Pending<I, O>> gathering = new ArrayDeque<>();
  private int onTheirWay;
  // True while some thread sends what has gathered, so that no other does.
  private boolean isSending;

  Batcher(int batchMax, Executor executor, Function<List<I>, CompletionStage<List<O>>> flush) {
    this(batchMax, 1, executor, flush);
  }

  private Batcher(
      int batchMax,
      int onTheirWayMax,
      Executor executor,
      Function<List<I>, CompletionStage<List<O>>> flush) {
    this.batchMax = batchMax;
    this.onTheirWayMax = onTheirWayMax;
    this.executor = executor;
    this.flush = flush;
  }

  /** Batches to a transport, as many at a time as it can do with. */
  static <I, O> Batcher<I, O> to(
      Capabilities transport,
      int batchMax,
      Executor executor,
      Function<List<I>, CompletionStage<List<O>>> flush) {
    return to(transport, batchMax, PIPELINE, executor, flush);
  }

  /**
   * Batches to a transport that gathers by itself what comes while an answer is on its way: what is
   * kept back here would miss its next one.
   */
  static <I, O> Batcher<I, O> gathered(
      Capabilities transport,
      int batchMax,
      Executor executor,
      Function<List<I>, CompletionStage<List<O>>> flush) {
    return to(transport, batchMax, GATHERED, executor, flush);
  }

  private static <I, O> Batcher<I, O> to(
      Capabilities transport,
      int batchMax,
      int onTheirWayMax,
      Executor executor,
      Function<List<I>, CompletionStage<List<O>>> flush) {
    boolean isPipelined = transport.has(Capability.PIPELINED_BATCHES);
    return new Batcher<>(batchMax, isPipelined ? onTheirWayMax : 1, executor, flush);
  }

  void add(I item, Callback<? super O> callback) {
    addAll(List.of(item), List.of(callback));
  }

  /** Adds the items side by side: nothing else comes between them. */
  void addAll(List<I> items, List<? extends Callback<? super O>> callbacks) {
    synchronized (lock) {
      for (int i = 0; i < items.size(); i++) {
        gathering.add(new Pending<>(items.get(i), callbacks.get(i)));
      }
    }
    goOn();
  }

  private void goOn() {
    synchronized (lock) {
      if (isSending) {
        return;
      }
      isSending = true;
    }
    run();
  }

  // A loop instead of recursion: a transport that answers at once must not grow the stack.
  private void run() {
    for (int round = 0; round < ROUNDS_MAX; round++) {
      List<Pending<I, O>> batch = next();
      if (batch.isEmpty()) {
        return;
      }
      send(batch);
    }
    goOnElsewhere();
  }

  private void goOnElsewhere() {
    try {
      executor.execute(this::run);
    } catch (RuntimeException | Error refused) {
      // At the end of all things there is no thread, or no memory for one; what has gathered must
      // be told all the same.
      log.debug("no thread to go on with a batch", refused);
      run();
    }
  }

  private List<Pending<I, O>> next() {
    synchronized (lock) {
      if (gathering.isEmpty() || onTheirWay == onTheirWayMax) {
        isSending = false;
        return List.of();
      }
      List<Pending<I, O>> batch;
      try {
        batch = new ArrayList<>(Math.min(batchMax, gathering.size()));
      } catch (Throwable noMemory) {
        // Whoever adds next sends what has gathered.
        isSending = false;
        throw noMemory;
      }
      while (batch.size() < batchMax && !gathering.isEmpty()) {
        batch.add(gathering.remove());
      }
      onTheirWay++;
      return batch;
    }
  }

  private void send(List<Pending<I, O>> batch) {
    CompletableFuture<List<O>> answer;
    try {
      List<I> items = new ArrayList<>(batch.size());
      for (Pending<I, O> pending : batch) {
        items.add(pending.item);
      }
      answer = flush.apply(items).toCompletableFuture();
      if (!answer.isDone()) {
        CompletionStage<List<O>> onItsWay = answer;
        onItsWay.whenComplete(
            (results, error) -> {
              finish(batch, answer);
              goOn();
            });
        return;
      }
    } catch (Throwable failure) {
      // Errors too: a flush that is never finished would hold up all that come after it.
      fail(batch, failure);
      return;
    }
    finish(batch, answer);
  }

  private void finish(List<Pending<I, O>> batch, CompletableFuture<List<O>> answer) {
    List<O> results;
    try {
      results = answer.join();
      if (results.size() != batch.size()) {
        throw new IllegalStateException(
            "the transport gave " + results.size() + " results for " + batch.size() + " messages");
      }
    } catch (Throwable failure) {
      fail(batch, Causes.unwrap(failure));
      return;
    }
    for (int i = 0; i < batch.size(); i++) {
      try {
        batch.get(i).callback.done(results.get(i));
      } catch (Throwable failure) {
        log.error("a callback failed; the others of its batch are told all the same", failure);
      }
    }
    ended();
  }

  private void fail(List<Pending<I, O>> batch, Throwable cause) {
    for (Pending<I, O> pending : batch) {
      try {
        pending.callback.failed(cause);
      } catch (Throwable failure) {
        log.error("a callback failed; the others of its batch are told all the same", failure);
      }
    }
    ended();
  }

  private void ended() {
    synchronized (lock) {
      onTheirWay--;
    }
  }
}
