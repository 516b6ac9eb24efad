// SPDX-License-Identifier: Apache-2.0

package dev.redrive.benchmarks;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.annotation.EnableKafka;
import org.springframework.kafka.annotation.EnableKafkaRetryTopic;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.config.ConcurrentKafkaListenerContainerFactory;
import org.springframework.kafka.config.KafkaListenerEndpointRegistry;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;
import org.springframework.kafka.core.KafkaAdmin;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.kafka.listener.MessageListenerContainer;
import org.springframework.kafka.retrytopic.RetryTopicConfiguration;
import org.springframework.kafka.retrytopic.RetryTopicConfigurationBuilder;
import org.springframework.kafka.retrytopic.RetryTopicHeaders;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;

/**
 * Spring Kafka with non-blocking retries: what fails goes to a topic of its own and comes again
 * after a fixed delay. One consumer and thread for each partition of both topics.
 */
final class SpringKafka implements AutoCloseable {
  static final String TOPIC = "spring";
  private static final long NANOS_PER_MILLI = 1_000_000;

  private final AnnotationConfigApplicationContext context =
      new AnnotationConfigApplicationContext();

  SpringKafka(String bootstrap, int partitions) {
    context.registerBean(Broker.class, () -> new Broker(bootstrap, partitions));
    context.register(Beans.class);
    context.refresh();
  }

  /**
   * Where the topics lie.
   *
   * @param partitions that each has
   */
  record Broker(String bootstrap, int partitions) {}

  /** Handles what comes while a task is done. */
  <T> T during(RetryTally tally, Lateness lateness, HandlingSide.Task<T> task) throws Exception {
    Listening listening = context.getBean(Listening.class);
    listening.tally = Optional.of(tally);
    listening.lateness = lateness;
    KafkaListenerEndpointRegistry registry = context.getBean(KafkaListenerEndpointRegistry.class);
    registry.getListenerContainers().forEach(MessageListenerContainer::start);
    try {
      return task.run();
    } finally {
      registry.getListenerContainers().forEach(MessageListenerContainer::stop);
    }
  }

  /** The listener. */
  static final class Listening {
    private volatile Optional<RetryTally> tally = Optional.empty();
    private volatile Lateness lateness = new Lateness();

    @KafkaListener(topics = TOPIC, groupId = TOPIC, autoStartup = "false")
    void handle(ConsumerRecord<byte[], byte[]> record) throws IOException {
      RetryTally counted = tally.orElseThrow();
      Header attempts = record.headers().lastHeader(RetryTopicHeaders.DEFAULT_HEADER_ATTEMPTS);
      int attempt = attempts == null ? 1 : ByteBuffer.wrap(attempts.value()).getInt();
      if (attempt > 1) {
        Header due =
            record.headers().lastHeader(RetryTopicHeaders.DEFAULT_HEADER_BACKOFF_TIMESTAMP);
        long late = System.currentTimeMillis() - new BigInteger(due.value()).longValue();
        lateness.add(late * NANOS_PER_MILLI);
      }
      try {
        counted.attempt(attempt);
      } catch (IOException failure) {
        counted.failed();
        throw failure;
      }
      counted.succeeded(attempt);
    }
  }

  /** What Spring puts together. */
  @Configuration(proxyBeanMethods = false)
  @EnableKafka
  @EnableKafkaRetryTopic
  static class Beans {
    private final Broker broker;

    Beans(Broker broker) {
      this.broker = broker;
    }

    @Bean
    Listening listening() {
      return new Listening();
    }

    @Bean
    KafkaAdmin admin() {
      return new KafkaAdmin(Map.of("bootstrap.servers", broker.bootstrap()));
    }

    @Bean
    ThreadPoolTaskScheduler scheduler() {
      return new ThreadPoolTaskScheduler();
    }

    @Bean
    ConcurrentKafkaListenerContainerFactory<byte[], byte[]> kafkaListenerContainerFactory() {
      ConcurrentKafkaListenerContainerFactory<byte[], byte[]> factory =
          new ConcurrentKafkaListenerContainerFactory<>();
      factory.setConcurrency(broker.partitions());
      factory.setConsumerFactory(
          new DefaultKafkaConsumerFactory<>(
              Map.of("bootstrap.servers", broker.bootstrap(), "auto.offset.reset", "earliest"),
              new ByteArrayDeserializer(),
              new ByteArrayDeserializer()));
      return factory;
    }

    @Bean
    RetryTopicConfiguration retries() {
      KafkaTemplate<byte[], byte[]> template =
          new KafkaTemplate<>(
              new DefaultKafkaProducerFactory<>(
                  Map.of(
                      "bootstrap.servers",
                      broker.bootstrap(),
                      "acks",
                      "all",
                      "compression.type",
                      "lz4",
                      "linger.ms",
                      0),
                  new ByteArraySerializer(),
                  new ByteArraySerializer()));
      return RetryTopicConfigurationBuilder.newInstance()
          .fixedBackOff(Retries.DELAY.toMillis())
          .maxAttempts(2)
          .autoCreateTopicsWith(broker.partitions(), (short) 1)
          .doNotConfigureDlt()
          .create(template);
    }
  }

  @Override
  public void close() {
    context.close();
  }
}
