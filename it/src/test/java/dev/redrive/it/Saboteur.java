// SPDX-License-Identifier: Apache-2.0

package dev.redrive.it;

import dev.redrive.Settled;
import dev.redrive.it.FlowPlan.Outcome;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.Lease;
import dev.redrive.spi.OutMessage;
import dev.redrive.spi.PublishResult;
import dev.redrive.spi.Settlement;
import dev.redrive.spi.Sink;
import dev.redrive.spi.Subscription;
import dev.redrive.spi.Transport;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** Makes transports that work well until something breaks. */
final class Saboteur {
  // As long as a message that was fetched ahead waits for its turn.
  private static final Executor LATER =
      CompletableFuture.delayedExecutor(30, TimeUnit.MILLISECONDS);

  // One message of so many.
  private static final int DOUBLED = 500;

  private final FlowPlan plan;
  private final Map<Lease, InMessage> handed = new ConcurrentHashMap<>();
  private final Set<Lease> acknowledged = ConcurrentHashMap.newKeySet();

  Saboteur(FlowPlan plan) {
    this.plan = plan;
  }

  /** Passes on all calls but those that it answers itself. */
  private interface Wrong {
    /** The answer, or the method itself to pass the call on with these arguments. */
    Object answer(Method method, Object[] arguments) throws ReflectiveOperationException;
  }

  private static <T> T wrong(Class<T> type, Wrong wrong) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              try {
                return wrong.answer(method, arguments);
              } catch (InvocationTargetException failure) {
                throw failure.getCause();
              }
            }));
  }

  static Transport confirmedUnasked(Transport right) {
    return wrong(
        Transport.class,
        (method, arguments) -> {
          Object answer = method.invoke(right, arguments);
          return method.getName().equals("publish") ? accepted((List<?>) arguments[1]) : answer;
        });
  }

  private static CompletionStage<List<PublishResult>> accepted(List<?> batch) {
    return CompletableFuture.completedStage(
        batch.stream()
            .map(OutMessage.class::cast)
            .map(message -> (PublishResult) PublishResult.Accepted.INSTANCE)
            .toList());
  }

  static Transport sentTwice(Transport right) {
    return wrong(
        Transport.class,
        (method, arguments) -> {
          if (method.getName().equals("publish")) {
            List<?> again =
                ((List<?>) arguments[1])
                    .stream()
                        .map(OutMessage.class::cast)
                        .filter(message -> message.id().hashCode() % DOUBLED == 0)
                        .toList();
            method.invoke(right, arguments[0], again);
          }
          return method.invoke(right, arguments);
        });
  }

  Transport acknowledgedUnhandled(Transport right) {
    return wrong(
        Transport.class,
        (method, arguments) -> {
          if (!method.getName().equals("subscribe")) {
            return method.invoke(right, arguments);
          }
          Sink sink = (Sink) arguments[2];
          arguments[2] =
              (Sink)
                  messages -> {
                    messages.forEach(message -> handed.put(message.lease(), message));
                    sink.accept(messages);
                  };
          return wrong((Subscription) method.invoke(right, arguments));
        });
  }

  private Subscription wrong(Subscription right) {
    return wrong(
        Subscription.class,
        (method, arguments) ->
            switch (method.getName()) {
              case "begin" -> begin(right, leases(arguments[0]));
              case "settle" -> settle(right, settlements(arguments[0]));
              default -> method.invoke(right, arguments);
            });
  }

  private static List<Lease> leases(Object argument) {
    return ((List<?>) argument).stream().map(Lease.class::cast).toList();
  }

  private static List<Settlement> settlements(Object argument) {
    return ((List<?>) argument).stream().map(Settlement.class::cast).toList();
  }

  private CompletionStage<List<Settled>> begin(Subscription right, List<Lease> leases) {
    List<Settlement> early = new ArrayList<>();
    for (Lease lease : leases) {
      InMessage message = handed.remove(lease);
      if (message != null && plan.outcome(message.id(), message.attempt()) == Outcome.SUCCESS) {
        early.add(new Settlement.Ack(lease));
        acknowledged.add(lease);
      }
    }
    return right
        .settle(early)
        .thenApplyAsync(done -> leases.stream().map(lease -> Settled.DONE).toList(), LATER);
  }

  private CompletionStage<List<Settled>> settle(Subscription right, List<Settlement> batch) {
    List<Settlement> rest =
        batch.stream().filter(each -> !acknowledged.contains(each.lease())).toList();
    return right
        .settle(rest)
        .thenApply(
            answers -> {
              Iterator<Settled> answer = answers.iterator();
              return batch.stream()
                  .map(each -> acknowledged.remove(each.lease()) ? Settled.DONE : answer.next())
                  .toList();
            });
  }
}
