import type { InputHTMLAttributes, ReactNode } from 'react';
import type { FilmValues } from '../../../view/film-values.ts';

export interface FieldProps {
  name: keyof FilmValues;
  label: string;
  value: string;
  error: string | undefined;
  onChange: (value: string) => void;
  hint?: string;
  className?: string;
}

/** One line to type in, with its name above and what is wrong with it below. */
export function Field(
  props: FieldProps & { required?: boolean; inputMode?: InputHTMLAttributes<HTMLInputElement>['inputMode'] },
) {
  return (
    <Labelled {...props}>
      <input
        id={props.name}
        value={props.value}
        required={props.required}
        inputMode={props.inputMode}
        autoComplete="off"
        aria-invalid={props.error !== undefined}
        aria-describedby={`${props.name}-words`}
        onChange={(event) => props.onChange(event.target.value)}
        className="field mt-1.5"
      />
    </Labelled>
  );
}

/** The same for several lines. */
export function LongField(props: FieldProps & { rows: number }) {
  return (
    <Labelled {...props}>
      <textarea
        id={props.name}
        value={props.value}
        rows={props.rows}
        aria-invalid={props.error !== undefined}
        aria-describedby={`${props.name}-words`}
        onChange={(event) => props.onChange(event.target.value)}
        className="field mt-1.5 block resize-y py-2.5 leading-relaxed"
      />
    </Labelled>
  );
}

function Labelled(props: FieldProps & { children: ReactNode }) {
  return (
    <div className={`min-w-0 ${props.className ?? ''}`}>
      <label htmlFor={props.name} className="text-14 font-medium">
        {props.label}
      </label>
      {props.children}
      <p id={`${props.name}-words`} className={`mt-1 text-12 ${props.error ? 'text-lost' : 'text-quiet'}`}>
        {props.error ?? props.hint}
      </p>
    </div>
  );
}
