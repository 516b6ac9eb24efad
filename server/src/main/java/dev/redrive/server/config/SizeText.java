// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.config;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Numbers of bytes as people write them: {@code 512KiB}, {@code 1MiB}, {@code 4096B}. */
final class SizeText {
  private static final Pattern FORM = Pattern.compile("([0-9]{1,10}) ?(B|KiB|MiB|GiB)");
  private static final Map<String, Long> UNITS =
      Map.of("B", 1L, "KiB", 1L << 10, "MiB", 1L << 20, "GiB", 1L << 30);

  private SizeText() {}

  static long parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("is no size: write it like 512KiB or 1MiB");
    }
    return Math.multiplyExact(
        Long.parseLong(matcher.group(1)), UNITS.getOrDefault(matcher.group(2), 1L));
  }
}
