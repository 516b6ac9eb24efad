// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import java.util.Map;
import java.util.OptionalLong;

/**
 * What a topic is like.
 *
 * @param name its name
 * @param partitions how many it has
 * @param copies how many of each partition there are
 * @param settings those in effect, its own and the broker's; empty if they may not be read
 */
record TopicTraits(String name, int partitions, int copies, Map<String, String> settings) {

  /** A setting; empty if it is not known. */
  String setting(String key) {
    return settings.getOrDefault(key, "");
  }

  /** A setting that is a number; empty if it is not known. */
  OptionalLong number(String key) {
    String value = setting(key);
    return value.isEmpty() ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(value));
  }
}
