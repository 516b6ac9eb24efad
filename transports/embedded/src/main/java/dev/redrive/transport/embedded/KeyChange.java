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
  private final Kind kind;
  private final int weight;
  private final RareChange.Writes<R> writes;
  private final CompletableFuture<R> answer = new CompletableFuture<>();
  @Nullable private R value; // Null until it was applied.

  /** How much depends on it. */
  enum Kind {
    /** Somebody new holds a key. Lost with the machine's power, for so is whoever holds it. */
    HOLDS,
    /** Somebody holds it longer, or not any more. As above. */
    CHANGES,
    /** It is done, which must stand before its message is acknowledged. */
    ENDS
  }

  /**
   * A change.
   *
   * @param weight about how many bytes it writes
   * @param writes what it writes, see {@link Change#apply}
   */
  KeyChange(Kind kind, int weight, RareChange.Writes<R> writes) {
    this.kind = kind;
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
    return kind == Kind.ENDS;
  }

  @Override
  public boolean isNew() {
    return kind == Kind.HOLDS;
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
