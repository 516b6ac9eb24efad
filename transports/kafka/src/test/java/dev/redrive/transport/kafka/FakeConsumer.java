// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import dev.redrive.transport.kafka.Question.Call;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetCommitCallback;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;

/**
 * A member of the group of the {@link FakeCluster}, as far as {@link Member} uses one. Kafka's own
 * mock answers at once and waits for nothing, so that nothing of it is used but what nobody calls.
 *
 * <p>As the client does, it calls back, gives and takes partitions in polls only; a poll ends when
 * partitions change and not when a commit is answered; a wake-up strikes the next call that waits.
 */
// Whoever waits here must not keep others out.
@SuppressWarnings("UnsynchronizedOverridesSynchronized")
final class FakeConsumer extends MockConsumer<byte[], byte[]> {
  private static final int RECORDS_MAX = 500;

  private final FakeCluster cluster;
  private final Stepper stepper;
  private final Queue<Runnable> changes = new ConcurrentLinkedQueue<>();
  private final Queue<Runnable> callbacks = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean isWoken = new AtomicBoolean();
  private final AtomicInteger polls = new AtomicInteger();
  private final AtomicInteger vainWaits = new AtomicInteger();
  private final AtomicBoolean isClosed = new AtomicBoolean();
  private final AtomicBoolean isClosedWithin = new AtomicBoolean();

  // Used by the thread that polls, and looked at by others while that waits.
  private final Map<TopicPartition, Long> positions = new HashMap<>();
  private final Set<TopicPartition> paused = new HashSet<>();
  private boolean isCalling;
  private ConsumerRebalanceListener listener = new Unlistened();

  private static final class Unlistened implements ConsumerRebalanceListener {
    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {}

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {}
  }

  FakeConsumer(FakeCluster cluster, Stepper stepper) {
    super("earliest");
    this.cluster = cluster;
    this.stepper = stepper;
  }

  private static List<TopicPartition> partitions(int... numbers) {
    return IntStream.of(numbers).mapToObj(FakeCluster::partition).toList();
  }

  /** The group gives it these partitions, in its next poll. */
  void gives(int... numbers) {
    change(
        () -> {
          partitions(numbers).forEach(each -> positions.put(each, 0L));
          listener.onPartitionsAssigned(partitions(numbers));
        });
  }

  /** The group wants these back. */
  void revokes(int... numbers) {
    change(
        () -> {
          listener.onPartitionsRevoked(partitions(numbers));
          forget(partitions(numbers));
        });
  }

  /** The group has thrown it out, and others have these. */
  void loses(int... numbers) {
    change(
        () -> {
          listener.onPartitionsLost(partitions(numbers));
          forget(partitions(numbers));
        });
  }

  /** The next poll fails. */
  void fails(KafkaException failure) {
    change(
        () -> {
          throw failure;
        });
  }

  private void change(Runnable change) {
    changes.add(change);
    stepper.stir();
  }

  private void forget(List<TopicPartition> gone) {
    gone.forEach(positions::remove);
    gone.forEach(paused::remove);
  }

  /** How often it was polled. */
  int polls() {
    return polls.get();
  }

  /**
   * How many polls waited though records were read ahead of a partition that is paused: a client of
   * Kafka looks through those again and again meanwhile.
   */
  int vainWaits() {
    return vainWaits.get();
  }

  boolean isClosed() {
    return isClosed.get();
  }

  /** Whether it was closed in the middle of what it called back for. */
  boolean isClosedWithin() {
    return isClosedWithin.get();
  }

  @Override
  public void subscribe(Collection<String> topics, ConsumerRebalanceListener heard) {
    listener = heard;
  }

  @Override
  public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
    if (isClosed.get()) {
      throw new IllegalStateException("closed");
    }
    polls.incrementAndGet();
    throwIfWoken();
    happen();
    ConsumerRecords<byte[], byte[]> fetched = fetch();
    if (!fetched.nextOffsets().isEmpty() || timeout.isZero()) {
      return fetched;
    }
    if (paused.stream().anyMatch(this::isBehind)) {
      vainWaits.incrementAndGet();
    }
    stepper.await(() -> isWoken.get() || !changes.isEmpty() || isFetchable(), timeout);
    throwIfWoken();
    happen();
    return fetch();
  }

  private void throwIfWoken() {
    if (isWoken.getAndSet(false)) {
      throw new WakeupException();
    }
  }

  private void happen() {
    isCalling = true;
    try {
      for (Runnable each = callbacks.poll(); each != null; each = callbacks.poll()) {
        each.run();
      }
      for (Runnable each = changes.poll(); each != null; each = changes.poll()) {
        each.run();
      }
    } finally {
      isCalling = false;
    }
  }

  private boolean isFetchable() {
    return positions.keySet().stream().anyMatch(each -> !paused.contains(each) && isBehind(each));
  }

  private boolean isBehind(TopicPartition partition) {
    return positions.getOrDefault(partition, 0L) != cluster.end(partition);
  }

  private ConsumerRecords<byte[], byte[]> fetch() {
    Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> records = new HashMap<>();
    Map<TopicPartition, OffsetAndMetadata> next = new HashMap<>();
    for (Map.Entry<TopicPartition, Long> each : positions.entrySet()) {
      TopicPartition partition = each.getKey();
      if (!paused.contains(partition) && isBehind(partition)) {
        // Beyond the end, the client begins at the beginning.
        long from = each.getValue();
        long begin = from > cluster.end(partition) ? 0 : from;
        List<ConsumerRecord<byte[], byte[]>> all = cluster.read(partition, begin);
        List<ConsumerRecord<byte[], byte[]>> part =
            all.subList(0, Math.min(RECORDS_MAX, all.size()));
        boolean isAll = part.size() == all.size();
        long end = isAll ? cluster.end(partition) : all.get(part.size() - 1).offset() + 1;
        records.put(partition, part);
        next.put(partition, new OffsetAndMetadata(end));
        each.setValue(end);
      }
    }
    return new ConsumerRecords<>(records, next);
  }

  @Override
  public void wakeup() {
    isWoken.set(true);
    stepper.stir();
  }

  @Override
  public void commitAsync(
      Map<TopicPartition, OffsetAndMetadata> offsets, OffsetCommitCallback callback) {
    cluster.ask(
        Call.COMMIT,
        () -> cluster.commit(offsets),
        failure -> callbacks.add(() -> callback.onComplete(offsets, failure.orElse(null))));
  }

  @Override
  public void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets, Duration timeout) {
    await(Call.COMMIT_NOW, () -> cluster.commit(offsets), List.of(), timeout);
  }

  @Override
  public Map<TopicPartition, OffsetAndMetadata> committed(
      Set<TopicPartition> partitions, Duration timeout) {
    await(Call.COMMITTED, () -> {}, partitions, timeout);
    Map<TopicPartition, OffsetAndMetadata> committed = new HashMap<>();
    partitions.forEach(
        each -> cluster.committed(each).ifPresent(found -> committed.put(each, found)));
    return committed;
  }

  @Override
  public Map<TopicPartition, Long> beginningOffsets(
      Collection<TopicPartition> partitions, Duration timeout) {
    return offsets(partitions, each -> 0L);
  }

  @Override
  public Map<TopicPartition, Long> endOffsets(
      Collection<TopicPartition> partitions, Duration timeout) {
    await(Call.ENDS, () -> {}, partitions, timeout);
    return offsets(partitions, cluster::end);
  }

  private static Map<TopicPartition, Long> offsets(
      Collection<TopicPartition> partitions, Function<TopicPartition, Long> offset) {
    return partitions.stream().collect(Collectors.toMap(each -> each, offset));
  }

  /** Waits until the cluster answers and may tell of these partitions. */
  private void await(
      Call call, Runnable effect, Collection<TopicPartition> asked, Duration timeout) {
    throwIfWoken();
    Question question = cluster.ask(call, effect, answer -> stepper.stir());
    boolean isAnswered =
        stepper.await(
            () -> isWoken.get() || (question.isAnswered() && cluster.isTold(asked)), timeout);
    throwIfWoken();
    if (!isAnswered) {
      throw new TimeoutException(call + " had no answer");
    }
    question.rethrow();
  }

  @Override
  public void seek(TopicPartition partition, long offset) {
    if (!positions.containsKey(partition)) {
      throw new IllegalStateException(partition + " is not here");
    }
    positions.put(partition, offset);
  }

  @Override
  public void pause(Collection<TopicPartition> partitions) {
    paused.addAll(partitions);
  }

  @Override
  public void resume(Collection<TopicPartition> partitions) {
    paused.removeAll(partitions);
  }

  @Override
  public Set<TopicPartition> paused() {
    return Set.copyOf(paused);
  }

  @Override
  public void close(CloseOptions how) {
    isClosedWithin.set(isCalling);
    List<TopicPartition> rest = new ArrayList<>(positions.keySet());
    if (!rest.isEmpty()) {
      listener.onPartitionsRevoked(rest);
    }
    positions.clear();
    isClosed.set(true);
  }
}
