// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import java.util.function.Supplier;

/**
 * The rule that fired.
 *
 * @param rule its name
 * @param why for people; put into words only when somebody asks
 */
record Ruling(String rule, Action action, Supplier<String> why) {}
