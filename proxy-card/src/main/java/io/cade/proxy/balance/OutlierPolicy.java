package io.cade.proxy.balance;

import java.time.Duration;

/**
 * When a card that answers its checks is left all the same, because it fails visitors. As Envoy's
 * outlier detection.
 *
 * @param errors failed requests in a row; 0 for never
 * @param successRate whether a card is left whose share of good answers is far below the others'
 * @param ejection how long the first time; doubles with each further one
 * @param longestEjection what it grows to
 * @param mostEjected share of a service's cards that may be left at one time, percent, rounded down
 *     (a service's only card is never left)
 * @param panic share of usable cards, percent, below which nobody's ejection counts any more: what
 *     fails everywhere is not one card's fault
 */
public record OutlierPolicy(
    int errors,
    boolean successRate,
    Duration ejection,
    Duration longestEjection,
    int mostEjected,
    int panic) {}
