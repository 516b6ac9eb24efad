// SPDX-License-Identifier: Apache-2.0

/** The way of Redrive's messages as OpenTelemetry spans. */
@NullMarked
package dev.redrive.telemetry.opentelemetry;

import org.jspecify.annotations.NullMarked;
