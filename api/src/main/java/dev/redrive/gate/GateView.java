// SPDX-License-Identifier: Apache-2.0

package dev.redrive.gate;

/**
 * A gate as people see it.
 *
 * @param name of the gate
 * @param status how it stands
 */
public record GateView(String name, GateStatus status) {}
