// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import dev.redrive.TransportException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;

/**
 * A change of idempotency keys.
 *
 * @param <R> what its caller is told
 */
final class KeyChange<R> implements Change {
  private final boolean isEnd;
  private final int weight;
  private final RareChange.Writes<R> writes;
  private final CompletableFuture<R> answer = new CompletableFuture<>();
  @Nullable private R value; // Null until it was applied.

  /**
   * A change.
   *
   * @param isEnd whether the key is done by it, which must stand before its message is
   *     acknowledged; who holds a key is lost with the machine's power, and so is that
   * @param weight about how many bytes it writes
   * @param writes what it writes, see {@link Change#apply}
   */
  KeyChange(boolean isEnd, int weight, RareChange.Writes<R> writes) {
    this.isEnd = isEnd;
    this.weight = weight;
    this.writes = writes;
  }

  CompletableFuture<R> result() {
    return answer;
  }

  @Override
  public int weight() {
    return weight;
  }

  @Override
  public boolean mustSync() {
    return isEnd;
  }

  @Override
  public boolean isNew() {
    // Whoever holds a key is about to end a message: where room is short, that must go on.
    return false;
  }

  @Override
  public void apply(Batch batch) throws RocksDBException {
    value = writes.apply(batch);
  }

  @Override
  public void committed() {
    // The next batch reads it from the store.
  }

  @Override
  @SuppressWarnings("NullAway") // Applied before it is answered.
  public void answer() {
    answer.complete(value);
  }

  @Override
  public void failed(TransportException cause) {
    answer.completeExceptionally(cause);
  }
}
