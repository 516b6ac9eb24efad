// SPDX-License-Identifier: Apache-2.0

package dev.redrive.store.caffeine;

import dev.redrive.idempotency.Begun;
import dev.redrive.idempotency.IdempotencyStore;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** A store for each rule that breaks it. Other rules may notice as well. */
final class Flaws {
  private Flaws() {}

  static Map<String, UnaryOperator<IdempotencyStore>> all() {
    Map<String, UnaryOperator<IdempotencyStore>> all = new LinkedHashMap<>();
    all.put("I-1", GivesNothing::new);
    all.put("I-2", OverstatesLeases::new);
    all.put("I-3", GivesTwice::new);
    all.put("I-4", LetsLeasesLast::new);
    all.put("I-5", RenewsNothing::new);
    all.put("I-6", CutsResults::new);
    all.put("I-7", ForgetsTooSoon::new);
    all.put("I-8", RefusesLateCompletion::new);
    all.put("I-9", CompletesForAnybody::new);
    all.put("I-10", CompletesOnce::new);
    all.put("I-11", ReleasesForAnybody::new);
    all.put("I-12", SaysItReleased::new);
    all.put("I-13", ReleasesWhatIsDone::new);
    all.put("I-14", IgnoresCase::new);
    all.put("I-15", shared());
    return all;
  }

  // What is called volatile must be.
  private static UnaryOperator<IdempotencyStore> shared() {
    Map<String, IdempotencyStore> only = new ConcurrentHashMap<>();
    return sound -> only.computeIfAbsent(Thread.currentThread().getName(), name -> sound);
  }

  private static final class GivesNothing extends Flawed {
    GivesNothing(IdempotencyStore sound) {
      super(sound);
    }

    @Override
    public CompletionStage<Begun> begin(String key, Duration lease) {
      return CompletableFuture.completedStage(new Begun.Busy(lease));
    }
  }

  private static final class OverstatesLeases extends Flawed {
    OverstatesLeases(IdempotencyStore sound) {
      super(sound);
    }

    @Override
    public CompletionStage<Begun> begin(String key, Duration lease) {
      return super.begin(key, lease)
          .thenApply(begun -> begun instanceof Begun.Busy ? new Begun.Busy(lease) : begun);
    }
  }

  /** As one does that looks whether the key is free, and then takes it. */
  private static final class GivesTwice extends Flawed {
    private final Map<String, AtomicInteger> given = new ConcurrentHashMap<>();

    GivesTwice(IdempotencyStore sound) {
      super(sound);
    }

    @Override
    public CompletionStage<Begun> begin(String key, Duration lease) {
      if (!key.startsWith("raced/")) {
        return super.begin(key, lease);
      }
      int nth = given.computeIfAbsent(key, same -> new AtomicInteger()).incrementAndGet();
      return CompletableFuture.completedStage(
          nth <= 2 ? new Begun.New(key + nth) : new Begun.Busy(lease));
    }
  }

  private static final class LetsLeasesLast extends Flawed {
    LetsLeasesLast(IdempotencyStore sound) {
      super(sound);
    }

    @Override
    public CompletionStage<Begun> begin(String key, Duration lease) {
      return super.begin(key, lease.multipliedBy(9));
    }
  }

  private static final class RenewsNothing extends Flawed {
    RenewsNothing(IdempotencyStore sound) {
      super(sound);
    }

    @Override
    public CompletionStage<Boolean> renew(String key, String owner, Duration lease) {
      return CompletableFuture.completedStage(true);
    }
  }

  private static final class CutsResults extends Flawed {
    CutsResults(IdempotencyStore sound) {
      super(sound);
    }

    @Override
    public CompletionStage<Boolean> complete(
        String key, String owner, byte[] result, Duration ttl) {
      return super.complete(key, owner, Arrays.copyOf(result, result.length & 0xFF), ttl);
    }
  }

  private static final class ForgetsTooSoon extends Flawed {
    ForgetsTooSoon(IdempotencyStore sound) {
      super(sound);
    }

    @Override
    public CompletionStage<Boolean> complete(
        String key, String owner, byte[] result, Duration ttl) {
      return super.complete(key, owner, result, ttl.dividedBy(2));
    }
  }

  private static final class RefusesLateCompletion extends Flawed {
    RefusesLateCompletion(IdempotencyStore sound) {
      super(sound);
    }

    @Override
    public CompletionStage<Boolean> complete(
        String key, String owner, byte[] result, Duration ttl) {
      return sound
          .renew(key, owner, ttl)
          .thenCompose(
              isHeld ->
                  isHeld
                      ? super.complete(key, owner, result, ttl)
                      : CompletableFuture.completedStage(false));
    }
  }

  private static final class CompletesForAnybody extends Flawed {
    private final Map<String, String> holders = new ConcurrentHashMap<>();

    CompletesForAnybody(IdempotencyStore sound) {
      super(sound);
    }

    @Override
    public CompletionStage<Begun> begin(String key, Duration lease) {
      return super.begin(key, lease)
          .thenApply(
              begun -> {
                if (begun instanceof Begun.New mine) {
                  holders.put(key, mine.owner());
                }
                return begun;
              });
    }

    @Override
    public CompletionStage<Boolean> complete(
        String key, String owner, byte[] result, Duration ttl) {
      return super.complete(key, holders.getOrDefault(key, owner), result, ttl);
    }
  }

  private static final class CompletesOnce extends Flawed {
    private final Map<String, String> done = new ConcurrentHashMap<>();

    CompletesOnce(IdempotencyStore sound) {
      super(sound);
    }

    @Override
    public CompletionStage<Boolean> complete(
        String key, String owner, byte[] result, Duration ttl) {
      return done.putIfAbsent(owner, key) == null
          ? super.complete(key, owner, result, ttl)
          : CompletableFuture.completedStage(false);
    }
  }

  private static final class ReleasesForAnybody extends Flawed {
    private final Map<String, String> holders = new ConcurrentHashMap<>();

    ReleasesForAnybody(IdempotencyStore sound) {
      super(sound);
    }

    @Override
    public CompletionStage<Begun> begin(String key, Duration lease) {
      return super.begin(key, lease)
          .thenApply(
              begun -> {
                if (begun instanceof Begun.New mine) {
                  holders.put(key, mine.owner());
                }
                return begun;
              });
    }

    @Override
    public CompletionStage<Boolean> release(String key, String owner) {
      return super.release(key, holders.getOrDefault(key, owner));
    }
  }

  private static final class SaysItReleased extends Flawed {
    SaysItReleased(IdempotencyStore sound) {
      super(sound);
    }

    @Override
    public CompletionStage<Boolean> release(String key, String owner) {
      Supplier<CompletionStage<Boolean>> lie = () -> CompletableFuture.completedStage(true);
      return super.release(key, owner).thenCompose(isReleased -> lie.get());
    }
  }

  private static final class ReleasesWhatIsDone extends Flawed {
    private final Map<String, String> gone = new ConcurrentHashMap<>();

    ReleasesWhatIsDone(IdempotencyStore sound) {
      super(sound);
    }

    @Override
    public CompletionStage<Begun> begin(String key, Duration lease) {
      return super.begin(key + gone.getOrDefault(key, ""), lease);
    }

    @Override
    public CompletionStage<Boolean> release(String key, String owner) {
      return super.release(key, owner)
          .thenApply(
              isReleased -> {
                gone.put(key, "'");
                return isReleased;
              });
    }
  }

  private static final class IgnoresCase extends Flawed {
    IgnoresCase(IdempotencyStore sound) {
      super(sound);
    }

    @Override
    public CompletionStage<Begun> begin(String key, Duration lease) {
      return super.begin(key.toLowerCase(Locale.ROOT), lease);
    }

    @Override
    public CompletionStage<Boolean> complete(
        String key, String owner, byte[] result, Duration ttl) {
      return super.complete(key.toLowerCase(Locale.ROOT), owner, result, ttl);
    }
  }
}
