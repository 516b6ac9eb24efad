// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.config;

import dev.redrive.QueueOptions;
import dev.redrive.retry.DurationText;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The settings of one queue, as the configuration file and {@code PUT /v1/queues/{queue}} give
 * them. Immutable.
 *
 * @param options what the engine needs to know, but for its idempotency, which wants a store, and
 *     its pool, which the server has
 * @param deliver where its messages are delivered; empty if workers lease them
 * @param retry the policy as it was written; empty for the default one
 * @param limits as they were written; empty for none
 * @param choice which message comes next, as it was written; empty for the default
 * @param pool the attempts that it shares with others, if it does
 * @param idempotency how duplicates are kept from having an effect, if they are
 */
public record QueueConfig(
    QueueOptions<byte[]> options,
    Optional<DeliverConfig> deliver,
    Map<String, Object> retry,
    Map<String, Object> limits,
    Map<String, Object> choice,
    Optional<PoolConfig> pool,
    Optional<IdempotencyConfig> idempotency) {

  /** Copies what was written. */
  public QueueConfig {
    retry = copy(retry);
    limits = copy(limits);
    choice = copy(choice);
  }

  private static Map<String, Object> copy(Map<String, Object> written) {
    return Collections.unmodifiableMap(new LinkedHashMap<>(written));
  }

  /** The queue's name. */
  public String name() {
    return options.name();
  }

  /** The same with another webhook. */
  public QueueConfig withDeliver(Optional<DeliverConfig> other) {
    return new QueueConfig(options, other, retry, limits, choice, pool, idempotency);
  }

  /** The same with attempts of its own. */
  public QueueConfig withoutPool() {
    return new QueueConfig(options, deliver, retry, limits, choice, Optional.empty(), idempotency);
  }

  /** The tree that {@link QueueReader} reads back as the same settings, secrets included. */
  public Map<String, Object> tree() {
    Map<String, Object> tree = new LinkedHashMap<>();
    deliver.ifPresent(webhook -> tree.put("deliver", tree(webhook)));
    tree.put("concurrency", options.concurrency());
    tree.put("timeout", DurationText.format(options.timeout()));
    tree.put("ordered", options.isOrdered());
    if (options.isOrdered()) {
      tree.put("successors", options.successors().wireName());
    }
    options.maxWaiting().ifPresent(max -> tree.put("maxWaiting", max));
    tree.put("dedupWindow", DurationText.format(options.dedupWindow()));
    putDependency(tree);
    putPool(tree);
    tree.putAll(written());
    idempotency.ifPresent(each -> tree.put("idempotency", each.tree()));
    return tree;
  }

  private void putPool(Map<String, Object> tree) {
    pool.ifPresent(
        share -> {
          tree.put("pool", share.pool());
          tree.put("weight", share.weight());
        });
  }

  /** The parts that are kept and shown as they were written. */
  public Map<String, Map<String, Object>> written() {
    Map<String, Map<String, Object>> written = new LinkedHashMap<>();
    written.put("retry", retry);
    written.put("limits", limits);
    written.put("choice", choice);
    written.values().removeIf(Map::isEmpty);
    return written;
  }

  private void putDependency(Map<String, Object> tree) {
    Optional<String> named = options.guards().dependency();
    Optional<String> host = deliver.map(QueueReader::host);
    if (named.isPresent() && !named.equals(host)) {
      tree.put("dependency", named.get());
    } else if (named.isEmpty() && host.isPresent()) {
      tree.put("breaker", false);
    }
  }

  private static Map<String, Object> tree(DeliverConfig webhook) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("url", webhook.url());
    webhook.secret().ifPresent(secret -> tree.put("secret", secret));
    tree.put("timeout", DurationText.format(webhook.timeout()));
    tree.put("allowPrivate", webhook.allowPrivate());
    return tree;
  }
}
