// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import dev.redrive.TransportException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;

/**
 * A change that is made so seldom that it is given as functions. Always synced.
 *
 * @param <T> what its caller is told
 */
final class RareChange<T> implements Change {
  private final int weight;
  private final Writes<T> writes;
  private final Runnable onCommitted;
  private final Runnable onFailed;
  private final CompletableFuture<T> answer = new CompletableFuture<>();
  @Nullable private T value; // Null until it was applied.

  /**
   * A change.
   *
   * @param weight about how many bytes it writes
   * @param writes what it writes, see {@link Change#apply}
   * @param onCommitted see {@link Change#committed}
   * @param onFailed undoes reservations
   */
  RareChange(int weight, Writes<T> writes, Runnable onCommitted, Runnable onFailed) {
    this.weight = weight;
    this.writes = writes;
    this.onCommitted = onCommitted;
    this.onFailed = onFailed;
  }

  /** See {@link Change#apply}. */
  @FunctionalInterface
  interface Writes<T> {
    T apply(Batch batch) throws RocksDBException;
  }

  CompletableFuture<T> result() {
    return answer;
  }

  @Override
  public int weight() {
    return weight;
  }

  @Override
  public boolean mustSync() {
    return true;
  }

  @Override
  public boolean isNew() {
    return false;
  }

  @Override
  public void apply(Batch batch) throws RocksDBException {
    value = writes.apply(batch);
  }

  @Override
  public void committed() {
    onCommitted.run();
  }

  @Override
  @SuppressWarnings("NullAway") // Applied before it is answered.
  public void answer() {
    answer.complete(value);
  }

  @Override
  public void failed(TransportException cause) {
    onFailed.run();
    answer.completeExceptionally(cause);
  }
}
