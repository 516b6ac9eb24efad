// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.memory.broken;

import dev.redrive.Settled;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.Lease;
import dev.redrive.spi.OutMessage;
import dev.redrive.spi.PublishResult;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** Defects of ending. */
final class CloseFlaws {
  private CloseFlaws() {}

  static List<Defect> all() {
    return List.of(
        Defect.of("T-71", "counts what is given back after it began", CountsGivenBack::new),
        Defect.of("T-72", "says that it drained", DoesNotDrain::new),
        Defect.of("T-73", "opens what is closed when more is requested", OpensAgain::new),
        Defect.of("T-74", "closes as if it crashed", CrashesAtClose::new),
        Defect.of("T-75", "cannot be closed twice", ClosesOnce::new),
        Defect.of("T-76", "accepts messages when closed", AcceptsWhenClosed::new));
  }

  private static final class CountsGivenBack extends Flaw {
    private final Held held = new Held();
    private final Set<Lease> begun =
        Collections.synchronizedSet(Collections.newSetFromMap(new IdentityHashMap<>()));
    private final Map<String, Integer> more = new ConcurrentHashMap<>();

    @Override
    void arrive(FlawedSubscription to, List<InMessage> messages) {
      held.add(to, messages);
      super.arrive(to, messages);
    }

    @Override
    InMessage arriving(InMessage message) {
      int attempt = message.attempt() + more.getOrDefault(message.id(), 0);
      return Messages.counted(message, attempt, message.crashes());
    }

    @Override
    CompletionStage<List<Settled>> begin(FlawedSubscription by, List<Lease> leases) {
      begun.addAll(leases);
      return super.begin(by, leases);
    }

    @Override
    void close(FlawedSubscription subscription) {
      held.by(subscription).stream()
          .filter(message -> begun.contains(message.lease()))
          .forEach(message -> more.merge(message.id(), 1, Integer::sum));
      super.close(subscription);
    }
  }

  private static final class DoesNotDrain extends Flaw {
    @Override
    CompletionStage<Void> drain(FlawedSubscription subscription) {
      return done(subscription).thenAccept(drained -> {});
    }
  }

  private static final class OpensAgain extends Flaw {
    private final Set<FlawedSubscription> closed = ConcurrentHashMap.newKeySet();

    @Override
    void request(FlawedSubscription by, int n) {
      if (closed.remove(by)) {
        by.subscribeAgain();
      }
      super.request(by, n);
    }

    @Override
    void close(FlawedSubscription subscription) {
      closed.add(subscription);
      super.close(subscription);
    }
  }

  private static final class CrashesAtClose extends Flaw {
    @Override
    public void close() {
      inner().kill();
    }
  }

  private static final class ClosesOnce extends Flaw {
    private boolean isClosed;

    @Override
    void reopened() {
      isClosed = false;
    }

    @Override
    void restarting() {
      isClosed = false;
    }

    @Override
    public void close() {
      if (isClosed) {
        throw new IllegalStateException("closed already");
      }
      isClosed = true;
      super.close();
    }
  }

  private static final class AcceptsWhenClosed extends Flaw {
    private volatile boolean isClosed;

    @Override
    void reopened() {
      isClosed = false;
    }

    @Override
    public void close() {
      isClosed = true;
      super.close();
    }

    @Override
    public CompletionStage<List<PublishResult>> publish(String queue, List<OutMessage> batch) {
      PublishResult accepted = PublishResult.Accepted.INSTANCE;
      return isClosed
          ? done(batch.stream().map(message -> accepted).toList())
          : super.publish(queue, batch);
    }
  }
}
