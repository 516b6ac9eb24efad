// SPDX-License-Identifier: Apache-2.0

package dev.redrive.store.caffeine;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import dev.redrive.idempotency.Begun;
import dev.redrive.idempotency.IdempotencyStore;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Remembers in the memory of this process what was done. It knows nothing of other processes, and
 * nothing after its own end; for one process whose work need not outlive it, and for tests.
 *
 * <pre>{@code
 * IdempotencyStore store = new CaffeineIdempotencyStore(64 * 1024 * 1024);
 * }</pre>
 *
 * <p>Bounded by what it holds in bytes, as {@link #bytes} estimates. When that is used up, new keys
 * are refused, so that their messages wait: nothing is ever evicted, because a key forgotten before
 * its time is a duplicate let through. What is known already is answered, and what is under way can
 * be completed, by which the bound may be exceeded by the results of the attempts that run.
 *
 * <p>Thread-safe; every call is done when it returns, and none starts a thread. What has run out is
 * taken away by later calls.
 */
public final class CaffeineIdempotencyStore implements IdempotencyStore {
  /** A hundred years: a time beyond could not be told from the past on a clock that wraps. */
  private static final Duration TIME_MAX = Duration.ofDays(36_500);

  private final Cache<String, Entry> cache;
  private final ConcurrentMap<String, Entry> entries;
  private final LongSupplier nanos;
  private final long maxBytes;
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicLong owners = new AtomicLong();

  /** A store of at most so many bytes, by the system's clock. */
  public CaffeineIdempotencyStore(long maxBytes) {
    this(maxBytes, System::nanoTime);
  }

  /**
   * A store of at most so many bytes.
   *
   * @param nanos the time, as {@link System#nanoTime}; tests give it a virtual one
   */
  public CaffeineIdempotencyStore(long maxBytes, LongSupplier nanos) {
    if (maxBytes < 1) {
      throw new IllegalArgumentException("maxBytes must be at least 1, not " + maxBytes);
    }
    this.maxBytes = maxBytes;
    this.nanos = nanos;
    this.cache =
        Caffeine.newBuilder()
            .expireAfter(new UntilItsEnd())
            .ticker(nanos::getAsLong)
            // On whatever thread calls: notifications are an addition, and must not come late.
            .executor(Runnable::run)
            .removalListener(
                (@Nullable String key, @Nullable Entry entry, RemovalCause cause) ->
                    bytes.addAndGet(-bytes(key, entry)))
            .build();
    this.entries = cache.asMap();
  }

  /** About how many bytes it holds now, of what has run out as well until that is taken away. */
  public long bytes() {
    return bytes.get();
  }

  @Override
  public CompletionStage<Begun> begin(String key, Duration lease) {
    return answer(
        () -> {
          Entry known = cache.getIfPresent(key);
          return known == null ? begun(key, lease) : told(known);
        });
  }

  private Begun begun(String key, Duration lease) {
    Entry mine = Entry.held(Long.toString(owners.incrementAndGet()), end(lease));
    checkRoom(mine.bytes(key));
    Entry known = entries.putIfAbsent(key, mine);
    if (known == null) {
      bytes.addAndGet(mine.bytes(key));
      return new Begun.New(mine.owner());
    }
    return told(known);
  }

  private void checkRoom(long wanted) {
    if (bytes.get() + wanted > maxBytes) {
      cache.cleanUp();
    }
    if (bytes.get() + wanted > maxBytes) {
      throw new IllegalStateException(
          "the store is full: it holds "
              + bytes.get()
              + " bytes of at most "
              + maxBytes
              + ". Give it more, or queues a shorter ttl");
    }
  }

  private Begun told(Entry known) {
    return known.isDone()
        ? new Begun.Done(known.result())
        : new Begun.Busy(Duration.ofNanos(Math.max(1, known.end() - nanos.getAsLong())));
  }

  @Override
  public CompletionStage<Boolean> renew(String key, String owner, Duration lease) {
    return answer(
        () -> {
          Entry left =
              entries.computeIfPresent(
                  key,
                  (same, known) ->
                      known.isHeldBy(owner) ? put(key, Entry.held(owner, end(lease))) : known);
          return left != null && left.isHeldBy(owner);
        });
  }

  @Override
  public CompletionStage<Boolean> complete(String key, String owner, byte[] result, Duration ttl) {
    return answer(
        () -> {
          Entry left =
              entries.compute(
                  key,
                  (same, known) ->
                      known == null || known.isHeldBy(owner)
                          ? put(key, Entry.done(owner, end(ttl), result))
                          : known);
          return left.owner().equals(owner);
        });
  }

  @Override
  public CompletionStage<Boolean> release(String key, String owner) {
    return answer(
        () -> {
          Entry known = cache.getIfPresent(key);
          while (known != null && known.isHeldBy(owner)) {
            if (entries.remove(key, known)) {
              return true;
            }
            known = cache.getIfPresent(key);
          }
          return false;
        });
  }

  /** Counted here, and what it replaces when Caffeine tells that it was. */
  private Entry put(String key, Entry entry) {
    bytes.addAndGet(entry.bytes(key));
    return entry;
  }

  private long end(Duration time) {
    return nanos.getAsLong() + (time.compareTo(TIME_MAX) > 0 ? TIME_MAX : time).toNanos();
  }

  // Null only where keys or values are held weakly, which these are not.
  private static long bytes(@Nullable String key, @Nullable Entry entry) {
    return key == null || entry == null ? 0 : entry.bytes(key);
  }

  private static <R> CompletionStage<R> answer(Supplier<R> call) {
    try {
      return CompletableFuture.completedStage(call.get());
    } catch (RuntimeException failure) {
      return CompletableFuture.failedStage(failure);
    }
  }
}
