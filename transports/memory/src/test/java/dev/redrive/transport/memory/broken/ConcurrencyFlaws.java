// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.memory.broken;

import dev.redrive.MessageState;
import dev.redrive.Settled;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.Lease;
import dev.redrive.spi.OutMessage;
import dev.redrive.spi.PublishResult;
import dev.redrive.spi.Settlement;
import dev.redrive.transport.memory.broken.DeduplicationFlaws.CopyingFlaw;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Defects that only many at once can see. Each depends on which thread calls, not on when, so that
 * it always shows.
 */
final class ConcurrencyFlaws {
  private ConcurrencyFlaws() {}

  static List<Defect> all() {
    return List.of(
        Defect.of("T-77", "loses batches when publishers take turns", LosesBatches::new),
        Defect.of("T-78", "compares ids within one publisher only", ComparesOwnIds::new),
        Defect.of("T-79", "answers DONE to another thread as well", SettlesPerThread::new),
        Defect.of("T-80", "cancels what another thread was handed over", CancelsLate::new),
        Defect.of("T-81", "loses one of many that are given back", LosesGivenBack::new));
  }

  private static final class LosesBatches extends Flaw {
    private final AtomicReference<Thread> last = new AtomicReference<>(Thread.currentThread());

    @Override
    public CompletionStage<List<PublishResult>> publish(String queue, List<OutMessage> batch) {
      Thread before = last.getAndSet(Thread.currentThread());
      PublishResult accepted = PublishResult.Accepted.INSTANCE;
      return batch.size() > 1 && before != Thread.currentThread()
          ? done(batch.stream().map(message -> accepted).toList())
          : super.publish(queue, batch);
    }
  }

  private static final class ComparesOwnIds extends CopyingFlaw {
    private final Map<String, Thread> publishers = new ConcurrentHashMap<>();

    @Override
    boolean isAccepted(OutMessage message, PublishResult.Duplicate duplicate) {
      return publishers.put(message.id(), Thread.currentThread()) != Thread.currentThread();
    }

    @Override
    public CompletionStage<List<PublishResult>> publish(String queue, List<OutMessage> batch) {
      batch.forEach(message -> publishers.putIfAbsent(message.id(), Thread.currentThread()));
      return super.publish(queue, batch);
    }
  }

  private static final class SettlesPerThread extends Flaw {
    private final Map<Lease, Thread> settlers =
        Collections.synchronizedMap(new IdentityHashMap<>());

    @Override
    CompletionStage<List<Settled>> settle(FlawedSubscription by, List<Settlement> batch) {
      List<Settled> answers = new ArrayList<>(result(super.settle(by, batch)));
      for (int i = 0; i < batch.size(); i++) {
        Thread self = Thread.currentThread();
        Thread settler = settlers.computeIfAbsent(batch.get(i).lease(), lease -> self);
        if (settler != self) {
          answers.set(i, Settled.DONE);
        }
      }
      return done(answers);
    }
  }

  private static final class CancelsLate extends Flaw {
    private final Thread main = Thread.currentThread();

    @Override
    public CompletionStage<Boolean> cancel(String queue, String id) {
      return super.find(queue, id)
          .thenCompose(
              found ->
                  Thread.currentThread() != main
                          && found
                              .filter(status -> status.state() == MessageState.RUNNING)
                              .isPresent()
                      ? done(true)
                      : super.cancel(queue, id));
    }
  }

  private static final class LosesGivenBack extends Flaw {
    private final Held held = new Held();

    @Override
    void arrive(FlawedSubscription to, List<InMessage> messages) {
      held.add(to, messages);
      super.arrive(to, messages);
    }

    @Override
    CompletionStage<List<Settled>> settle(FlawedSubscription by, List<Settlement> batch) {
      batch.forEach(each -> held.remove(each.lease()));
      return super.settle(by, batch);
    }

    @Override
    void close(FlawedSubscription subscription) {
      List<InMessage> open = held.by(subscription);
      if (open.size() >= 5) {
        result(subscription.inner().settle(List.of(new Settlement.Ack(open.get(0).lease()))));
      }
      super.close(subscription);
    }
  }
}
