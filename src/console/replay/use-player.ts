import { useEffect, useState } from 'preact/hooks';

export interface Player {
  /** How far it is, in milliseconds since the first moment. */
  readonly position: number;
  readonly length: number;
  readonly isPlaying: boolean;
  readonly speed: number;
  readonly play: () => void;
  readonly pause: () => void;
  readonly seek: (position: number) => void;
  readonly setSpeed: (speed: number) => void;
}

/**
 * Plays moments at their own pace. It begins at the end, where everything is shown, and moves only when it is told to.
 * @param moments in milliseconds, in order; the same list as long as they are the same
 */
export function usePlayer(moments: readonly number[], onEnd: () => void): Player {
  const first = moments[0] ?? 0;
  const length = (moments.at(-1) ?? 0) - first;
  const [position, setPosition] = useState(length);
  const [isPlaying, setPlaying] = useState(false);
  const [speed, setSpeed] = useState(1);
  useEffect(() => {
    if (!isPlaying) return undefined;
    const next = moments.find((moment) => moment - first > position);
    if (next === undefined) {
      setPlaying(false);
      onEnd();
      return undefined;
    }
    const timer = setTimeout(() => setPosition(next - first), (next - first - position) / speed);
    return () => clearTimeout(timer);
  }, [isPlaying, position, speed, moments, first, onEnd]);
  return {
    position,
    length,
    isPlaying,
    speed,
    play: () => {
      if (position >= length) setPosition(0);
      setPlaying(true);
    },
    pause: () => setPlaying(false),
    seek: setPosition,
    setSpeed,
  };
}
