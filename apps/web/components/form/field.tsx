/** A field with its label above, and what to know about it below. */
export function Field(props: {
  label: string;
  name: string;
  type?: 'text' | 'email' | 'password';
  autoComplete: string;
  help?: string;
  defaultValue?: string;
  minLength?: number;
  maxLength?: number;
  autoFocus?: boolean;
}) {
  const { label, help, type = 'text', ...input } = props;
  return (
    <div className="mt-5">
      <label htmlFor={input.name} className="text-14 font-medium">
        {label}
      </label>
      <input
        {...input}
        id={input.name}
        type={type}
        required
        aria-describedby={help ? `${input.name}-help` : undefined}
        autoCapitalize={type === 'text' ? undefined : 'none'}
        spellCheck={type === 'text' ? undefined : false}
        className="field mt-2"
      />
      {help && (
        <p id={`${input.name}-help`} className="mt-2 text-14 text-quiet">
          {help}
        </p>
      )}
    </div>
  );
}
