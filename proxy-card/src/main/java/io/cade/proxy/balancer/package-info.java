/** The load-balancing card: connections of visitors onto the proxy cards (SPEC P5). */
@NullMarked
package io.cade.proxy.balancer;

import org.jspecify.annotations.NullMarked;
