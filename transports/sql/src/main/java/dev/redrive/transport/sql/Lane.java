// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.ToLongFunction;

/**
 * Brings calls of one kind to the database, one batch after another, in the order they came:
 * whatever has gathered while the last batch was on its way is the next one, and nobody waits for a
 * batch to fill. Thread-safe.
 *
 * @param <I> what is given
 * @param <R> what comes of it
 */
final class Lane<I, R> {
  private static final int ITEMS_MAX = 1_000;
  private static final long BYTES_MAX = 4L << 20;

  /** Sends a batch; its stage has a result for each item, in their order. */
  interface Sender<I, R> {
    CompletionStage<List<R>> send(List<I> batch);
  }

  private final Sender<I, R> sender;
  private final ToLongFunction<I> weight;

  // Guards all below.
  private final Object lock = new Object();
  private final ArrayDeque<Item> waiting = new ArrayDeque<>();
  private boolean isUnderWay;
  private CompletableFuture<Void> rest = CompletableFuture.completedFuture(null);

  /**
   * @param weight about how many bytes an item has
   */
  Lane(Sender<I, R> sender, ToLongFunction<I> weight) {
    this.sender = sender;
    this.weight = weight;
  }

  private final class Call {
    private final CompletableFuture<List<R>> result = new CompletableFuture<>();
    private final Object[] answers;
    private int missing;

    Call(int size) {
      answers = new Object[size];
      missing = size;
    }

    // The lane sends one batch at a time, so that one thread at a time is here.
    @SuppressWarnings("unchecked")
    void answer(int index, R answer) {
      answers[index] = answer;
      missing--;
      if (missing == 0) {
        result.complete((List<R>) Arrays.asList(answers));
      }
    }
  }

  private final class Item {
    private final I item;
    private final Call call;
    private final int index;
    private boolean isAlone;

    Item(I item, Call call, int index) {
      this.item = item;
      this.call = call;
      this.index = index;
    }
  }

  /** Sends these; the stage fails if any of the batches that they are in does. */
  CompletionStage<List<R>> submit(List<I> items) {
    Call call = new Call(items.size());
    if (items.isEmpty()) {
      call.result.complete(List.of());
      return call.result;
    }
    synchronized (lock) {
      for (int i = 0; i < items.size(); i++) {
        waiting.add(new Item(items.get(i), call, i));
      }
      if (isUnderWay) {
        return call.result;
      }
      isUnderWay = true;
      rest = new CompletableFuture<>();
    }
    sendNext();
    return call.result;
  }

  /** Completes when nothing is under way. */
  CompletionStage<Void> atRest() {
    synchronized (lock) {
      return rest;
    }
  }

  private void sendNext() {
    List<Item> batch;
    CompletableFuture<Void> done;
    synchronized (lock) {
      batch = nextBatch();
      isUnderWay = !batch.isEmpty();
      done = rest;
    }
    if (batch.isEmpty()) {
      done.complete(null);
    } else {
      send(batch);
    }
  }

  // Guarded by the lock.
  private List<Item> nextBatch() {
    int size = nextSize();
    // Without memory for the list, nothing has been taken out yet.
    List<Item> batch = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      batch.add(waiting.remove());
    }
    return batch;
  }

  // Guarded by the lock.
  private int nextSize() {
    int size = 0;
    long bytes = 0;
    for (Item next : waiting) {
      bytes += weight.applyAsLong(next.item);
      boolean isFull = size == ITEMS_MAX || bytes > BYTES_MAX || next.isAlone;
      if (isFull && size > 0) {
        break;
      }
      size++;
      if (next.isAlone) {
        break;
      }
    }
    return size;
  }

  private void send(List<Item> batch) {
    CompletionStage<List<R>> sent;
    try {
      sent = sender.send(batch.stream().map(item -> item.item).toList());
    } catch (RuntimeException | Error failure) {
      sent = CompletableFuture.failedStage(failure);
    }
    sent.whenComplete(
        (answers, failure) -> {
          try {
            if (failure == null) {
              answered(batch, answers);
            } else {
              failed(batch, Database.cause(failure));
            }
          } finally {
            sendNext();
          }
        });
  }

  private void answered(List<Item> batch, List<R> answers) {
    for (int i = 0; i < batch.size(); i++) {
      batch.get(i).call.answer(batch.get(i).index, answers.get(i));
    }
  }

  private void failed(List<Item> batch, Throwable cause) {
    // One that the database does not take must not fail those that happen to be with it.
    if (cause instanceof StatementException && batch.size() > 1) {
      synchronized (lock) {
        for (int i = batch.size() - 1; i >= 0; i--) {
          batch.get(i).isAlone = true;
          waiting.addFirst(batch.get(i));
        }
      }
      return;
    }
    batch.forEach(item -> item.call.result.completeExceptionally(cause));
  }
}
